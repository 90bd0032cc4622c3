//===- AutodiffTestSupport.cpp - Gradients against finite differences ---------===//

#include "AutodiffTestSupport.h"

#include "weir/Autodiff/DifferentiableOpInterface.h"
#include "weir/Autodiff/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Execution/Signature.h"
#include "weir/Reference/Interpreter.h"
#include "weir/Runtime/Random.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include <cmath>

namespace weir::test {

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

static std::string typeOf(const std::vector<int64_t> &shape, bool batched,
                          const std::string &element) {
  std::string text = batched ? "tensor<?x" : "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

std::string typeOf(const std::vector<int64_t> &shape, bool batched) {
  return typeOf(shape, batched, "f32");
}

std::string typeOf(const Operand &operand) {
  return typeOf(operand.shape, operand.batched,
                operand.ids ? fmt::format("!weir.index<{}>", operand.ids) : "f32");
}

std::string moduleOf(const GradientCase &test) {
  std::string arguments, operands;
  for (size_t i = 0; i < test.operands.size(); ++i) {
    const Operand &operand = test.operands[i];
    std::string type = typeOf(operand), unbatched = typeOf(operand.shape, false);
    if (operand.ids) {
      arguments += fmt::format("%x{}: {}, ", i, type);
      continue;
    }
    operands += fmt::format("%{}{} = weir.param \"x{}\" {{init = \"constant\", init_args = "
                            "array<f64: 0.0, 0.0>}} : {}\n",
                            operand.batched ? "p" : "x", i, i, unbatched);
    if (operand.batched) {
      arguments += fmt::format("%a{}: {} {{weir.name = \"x{}\"}}, ", i, type, i);
      operands += fmt::format("%x{} = weir.mul %a{}, %p{} : ({}, {}) -> {}\n", i, i, i, type,
                              unbatched, type);
    }
  }
  std::string result = typeOf(test.result, test.resultBatched);
  std::string weights = typeOf(test.result, true), axes;
  for (size_t axis = 0; axis < test.result.size(); ++axis)
    axes += fmt::format("{}{}", axis ? ", " : ": ", axis);
  return fmt::format("func.func @train({}%v: {}) -> (tensor<?xf32> {{weir.name = \"loss\"}}) {{\n"
                     "{}{}\n"
                     "%weighted = weir.mul %r, %v : ({}, {}) -> {}\n"
                     "%loss = weir.sum %weighted {{axes = array<i64{}>}} : ({}) -> tensor<?xf32>\n"
                     "return %loss : tensor<?xf32>\n}}\n",
                     arguments, weights, operands, test.body, result, weights, weights, axes,
                     weights);
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

// Numbers between low and high; if low is negative, between high / 3 and high with either
// sign, so that none is near 0.
static RefTensor draw(const std::vector<int64_t> &shape, double low, double high, uint64_t seed,
                      std::string_view name) {
  RefTensor tensor{shape, {}};
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  uint64_t stream = streamOf(name);
  for (int64_t i = 0; i < count; ++i) {
    double u = uniform(seed, stream, 2 * i);
    if (low >= 0)
      tensor.data.push_back(low + (high - low) * u);
    else
      tensor.data.push_back((high / 3 + high * 2 / 3 * u) *
                            (uniform(seed, stream, 2 * i + 1) < 0.5f ? -1 : 1));
  }
  return tensor;
}

static std::pair<double, double> rangeOf(const Ranges &ranges, const std::string &name) {
  auto found = ranges.find(name);
  return found == ranges.end() ? std::pair{-1.5, 1.5} : found->second;
}

static RefTensor drawInput(const Signature::Input &input, const Ranges &ranges, int64_t batch,
                           uint64_t seed) {
  std::vector<int64_t> shape = wholeShape(input.shape, input.batched, batch);
  if (!input.isIndex) {
    auto [low, high] = rangeOf(ranges, input.name);
    return draw(shape, low, high, seed, "input " + input.name);
  }
  // Few ids, so that rows are met more than once and not at all.
  RefTensor ids = draw(shape, 0.0, static_cast<double>(std::min<int64_t>(input.cardinality, 1000)),
                       seed, "input " + input.name);
  for (double &id : ids.data)
    id = std::floor(id);
  return ids;
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

namespace {
struct Module {
  explicit Module(const std::string &text) {
    mlir::DialectRegistry registry;
    registry.insert<WeirDialect, mlir::func::FuncDialect>();
    registerDifferentiableOpModels(registry);
    context.appendDialectRegistry(registry);
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << "the test's module is not valid: " << text;
  }

  bool run(const std::vector<std::unique_ptr<mlir::Pass> (*)()> &passes) {
    mlir::PassManager manager(&context);
    for (auto make : passes)
      manager.addNestedPass<mlir::func::FuncOp>(make());
    return mlir::succeeded(manager.run(*module));
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

static std::unique_ptr<mlir::Pass> trainingForm() { return createTrainingFormPass(); }
static std::unique_ptr<mlir::Pass> shareRows() {
  ShareRowsPassOptions options;
  options.always = true;
  return createShareRowsPass(options);
}
static std::unique_ptr<mlir::Pass> differentiate() { return createDifferentiatePass(); }
static std::unique_ptr<mlir::Pass> expand() { return createExpandBatchStatisticsPass(); }

static std::vector<RefTensor> run(mlir::ModuleOp module, const RefParameters &parameters,
                                  const std::vector<RefTensor> &inputs, int64_t batch) {
  auto outputs = interpret(module, parameters, inputs, batch);
  if (outputs)
    return std::move(*outputs);
  ADD_FAILURE() << llvm::toString(outputs.takeError());
  return {};
}

std::vector<RefTensor> runInTraining(const std::string &text, const RefParameters &parameters,
                                     const std::vector<RefTensor> &inputs, int64_t batch) {
  Module module(text);
  if (module.module && module.run({trainingForm, expand}))
    return run(*module.module, parameters, inputs, batch);
  ADD_FAILURE() << "weir-training-form failed on " << text;
  return {};
}

static double meanOf(const RefTensor &losses) {
  double sum = 0.0;
  for (double loss : losses.data)
    sum += loss;
  return sum / static_cast<double>(losses.data.size());
}

static double largest(const RefTensor &tensor) {
  double result = 0.0;
  for (double value : tensor.data)
    result = std::max(result, std::abs(value));
  return result;
}

Gradients gradientsOf(const std::string &text, int64_t batch, uint64_t seed, const Ranges &ranges) {
  Gradients result;
  Module module(text);
  if (!module.module || !module.run({trainingForm})) {
    ADD_FAILURE() << "weir-training-form failed on " << text;
    return result;
  }
  Signature signature = readSignature(*module.module);
  RefParameters parameters;
  for (const Signature::Parameter &parameter : signature.parameters) {
    auto [low, high] = rangeOf(ranges, parameter.name);
    parameters[parameter.name] = draw(parameter.shape, low, high, seed, parameter.name);
  }
  std::vector<RefTensor> inputs;
  for (const Signature::Input &input : signature.inputs)
    inputs.push_back(drawInput(input, ranges, batch, seed));

  mlir::OwningOpRef<mlir::ModuleOp> forward = module.module->clone();
  // What is measured below has its rows still once for each example.
  if (!module.run({shareRows, differentiate, expand})) {
    ADD_FAILURE() << "weir-differentiate failed on " << text;
    return result;
  }
  std::vector<RefTensor> outputs = run(*module.module, parameters, inputs, batch);
  if (outputs.empty())
    return result;
  Signature differentiated = readSignature(*module.module);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (std::string_view name = differentiated.outputs[i].name; name.ends_with(".grad"))
      result.built[std::string(name.substr(0, name.size() - 5))] = outputs[i];

  // Gradients of what isn't learned are neither built nor measured.
  for (auto &[name, gradient] : result.built) {
    RefTensor &measured = result.measured[name];
    measured.shape = parameters[name].shape;
    std::vector<double> finer;
    for (double &value : parameters[name].data) {
      auto slope = [&](double step) {
        double start = value;
        value = start + step;
        std::vector<RefTensor> above = run(*forward, parameters, inputs, batch);
        value = start - step;
        std::vector<RefTensor> below = run(*forward, parameters, inputs, batch);
        value = start;
        return (meanOf(above.at(0)) - meanOf(below.at(0))) / (2 * step);
      };
      measured.data.push_back(slope(1e-5));
      finer.push_back(slope(3e-6));
    }
    for (size_t i = 0; i < finer.size(); ++i)
      result.roughness = std::max(result.roughness, std::abs(finer[i] - measured.data[i]) /
                                                        (1.0 + largest(measured)));
  }
  return result;
}

testing::AssertionResult agree(const Gradients &gradients) {
  if (gradients.built.empty())
    return testing::AssertionFailure() << "there are no gradients";
  if (gradients.roughness > 1e-6)
    return testing::AssertionFailure()
           << "the loss has a kink here: two measurements differ by " << gradients.roughness;
  for (auto &[name, built] : gradients.built) {
    const RefTensor &measured = gradients.measured.at(name);
    if (built.shape != measured.shape)
      return testing::AssertionFailure() << "the gradient of " << name << " has another shape";
    double size = 1.0 + largest(measured);
    for (size_t i = 0; i < built.data.size(); ++i)
      if (!(std::abs(built.data[i] - measured.data[i]) <= 1e-6 * size))
        return testing::AssertionFailure()
               << "the gradient of " << name << ", element " << i << ", is " << built.data[i]
               << " but measures " << measured.data[i];
  }
  return testing::AssertionSuccess();
}

void expectGradients(const GradientCase &test) {
  std::string module = moduleOf(test);
  Ranges ranges;
  size_t learned = 0;
  for (size_t i = 0; i < test.operands.size(); ++i) {
    const Operand &operand = test.operands[i];
    if (operand.ids)
      continue;
    ++learned;
    ranges["x" + std::to_string(i)] =
        operand.batched && operand.low >= 0
            ? std::pair{std::sqrt(operand.low), std::sqrt(operand.high)}
            : std::pair{operand.low, operand.high};
  }
  for (int64_t batch : {1, 2, 5}) {
    Gradients gradients = gradientsOf(module, batch, /*seed=*/batch, ranges);
    EXPECT_EQ(gradients.built.size(), learned) << module;
    EXPECT_TRUE(agree(gradients)) << "batch " << batch << " of\n" << module;
  }
}

std::string refusalOf(const std::string &text) {
  Module module(text);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&module.context, [&](mlir::Diagnostic &diagnostic) {
    message += diagnostic.str();
    return mlir::success();
  });
  bool accepted = module.run({differentiate});
  EXPECT_EQ(accepted, message.empty());
  return message;
}

} // namespace weir::test
