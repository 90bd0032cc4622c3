//===- Harness.cpp - A model, compiled and as the reference sees it -----------===//

#include "Harness.h"

#include "GuardedBuffer.h"

#include "weir/Execution/Parameters.h"
#include "weir/Frontend/Diagnostics.h"
#include "weir/Frontend/Frontend.h"
#include "weir/Reference/Interpreter.h"
#include "weir/Runtime/Random.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace weir::property {

struct Harness::Module {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> op;
};

Harness::Harness() = default;
Harness::~Harness() = default;

// The initializers' values, except that what starts as 0 or 1 is varied: a norm that
// changes nothing would hide mistakes.
static Result<ParameterFile> makeParameters(const Signature &signature, uint64_t seed) {
  Result<ParameterFile> parameters = initializeParameters(signature, seed);
  if (!parameters)
    return parameters;
  for (const Signature::Parameter &spec : signature.parameters) {
    if (spec.init != Init::Constant)
      continue;
    Tensor &tensor = *parameters->find(spec.name);
    double middle = spec.initArgs[0];
    if (spec.name.ends_with("running_var"))
      fill(tensor, Init::Uniform, 0.5, 2.0, seed, spec.name);
    else
      fill(tensor, Init::Uniform, middle - 0.5, middle + 0.5, seed, spec.name);
  }
  return parameters;
}

Result<std::unique_ptr<Harness>> Harness::create(const std::string &text,
                                                 const CompileOptions &options, uint64_t seed) {
  std::unique_ptr<Harness> result(new Harness);
  result->module = std::make_unique<Module>();
  result->module->context = createContext();
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  mlir::OwningOpRef<mlir::ModuleOp> &module = result->module->op;
  module =
      loadModelFromText(text, "model.weir", sources, *result->module->context, {}, diagnostics);
  if (!module) {
    std::string messages;
    llvm::raw_string_ostream os(messages);
    diagnostics.render(os);
    return fail("the model is not valid:\n{}", messages);
  }
  if (Result<void> compiled = result->compile(options, seed); !compiled)
    return compiled.error();
  return result;
}

Result<std::unique_ptr<Harness>>
Harness::createFromDialect(const std::string &text, const CompileOptions &options, uint64_t seed) {
  std::unique_ptr<Harness> result(new Harness);
  result->module = std::make_unique<Module>();
  result->module->context = createContext();
  result->module->op = mlir::parseSourceString<mlir::ModuleOp>(text, result->module->context.get());
  if (!result->module->op)
    return fail("the module is not valid");
  if (Result<void> compiled = result->compile(options, seed); !compiled)
    return compiled.error();
  return result;
}

Result<void> Harness::compile(const CompileOptions &options, uint64_t seed) {
  mlir::OwningOpRef<mlir::ModuleOp> lowered = module->op->clone();
  Result<std::unique_ptr<JitModel>> compiled = JitModel::compile(*lowered, options);
  if (!compiled)
    return inside("compiling", compiled.takeError());
  jit = std::move(*compiled);
  Result<ParameterFile> parameters = makeParameters(signature(), seed);
  if (!parameters)
    return parameters.takeError();
  values = std::move(*parameters);
  if (Result<void> prepared = jit->prepare(values); !prepared)
    return inside("preparing", prepared.error());
  Result<std::unique_ptr<ThreadPool>> threads = ThreadPool::create(2);
  if (!threads)
    return threads.takeError();
  pool = std::move(*threads);
  return {};
}

Result<void>
Harness::changeParameters(llvm::function_ref<float(const std::string &name, float value)> change) {
  for (const Signature::Parameter &spec : signature().parameters) {
    Tensor &tensor = *values.find(spec.name);
    for (int64_t i = 0, end = tensor.elements(); i < end; ++i)
      tensor.f32()[i] = change(spec.name, tensor.f32()[i]);
  }
  return jit->prepare(values);
}

//===----------------------------------------------------------------------===//
// Running in guarded memory
//===----------------------------------------------------------------------===//

// A parallel_for of the other extreme: the last unit first, each on its own.
static void oneByOneBackwards(void *, int64_t count, void (*body)(void *, int64_t, int64_t),
                              void *context) {
  for (int64_t unit = count; unit-- > 0;)
    body(context, unit, unit + 1);
}

static GuardedBuffer guardedCopy(const void *data, size_t bytes, size_t alignment) {
  GuardedBuffer buffer(bytes, alignment);
  if (bytes > 0)
    std::memcpy(buffer.data(), data, bytes);
  return buffer;
}

Result<std::vector<Tensor>> Harness::run(const std::vector<Tensor> &inputs, int64_t batch,
                                         Threads threads) {
  const Signature &signature = jit->signature();
  std::vector<GuardedBuffer> inputMemory, outputMemory;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
  for (const Tensor &input : inputs) {
    // The interface asks for no more than the elements' own alignment.
    inputMemory.push_back(guardedCopy(input.data(), input.byteCount(), byteSize(input.dtype)));
    inputPointers.push_back(inputMemory.back().data());
  }
  std::vector<Tensor> outputs;
  for (const Signature::Output &spec : signature.outputs) {
    Result<Tensor> tensor =
        Tensor::uninitialized(DType::F32, wholeShape(spec.shape, spec.batched, batch));
    if (!tensor)
      return tensor.takeError();
    outputMemory.emplace_back(tensor->byteCount(), byteSize(DType::F32));
    outputPointers.push_back(outputMemory.back().data());
    outputs.push_back(std::move(*tensor));
  }
  GuardedBuffer prepared = guardedCopy(jit->prepared(), jit->preparedBytes(), kAlignment);
  GuardedBuffer arena(jit->arenaBytes(batch), kAlignment);
  weir_frame frame = {};
  frame.batch = batch;
  frame.inputs = inputPointers.data();
  frame.outputs = outputPointers.data();
  frame.prepared = prepared.data();
  frame.arena = arena.data();
  if (threads == Threads::Two) {
    frame.parallel_for = ThreadPool::parallelFor;
    frame.pool = pool.get();
  } else if (threads == Threads::OneByOneBackwards) {
    frame.parallel_for = oneByOneBackwards;
  }
  if (weir_status status = jit->call(frame); status != WEIR_OK)
    return fail("the call is refused with status {}", static_cast<int>(status));

  for (size_t i = 0; i < inputs.size(); ++i)
    if (!inputMemory[i].isIntact() ||
        std::memcmp(inputMemory[i].data(), inputs[i].data(), inputs[i].byteCount()) != 0)
      return fail("input '{}' has been written to", signature.inputs[i].name);
  if (std::memcmp(prepared.data(), jit->prepared(), jit->preparedBytes()) != 0 ||
      !prepared.isIntact())
    return fail("prepared memory has been written to");
  if (!arena.isIntact())
    return fail("memory outside of the arena has been written to");
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputMemory[i].isIntact())
      return fail("memory outside of output '{}' has been written to", signature.outputs[i].name);
    std::memcpy(outputs[i].data(), outputMemory[i].data(), outputs[i].byteCount());
  }
  return outputs;
}

//===----------------------------------------------------------------------===//
// Against the reference
//===----------------------------------------------------------------------===//

Result<std::vector<RefTensor>> Harness::reference(const RefParameters &parameters,
                                                  const std::vector<RefTensor> &inputs,
                                                  int64_t batch) {
  auto outputs = interpret(*module->op, parameters, inputs, batch);
  if (!outputs)
    return fail("the reference: {}", llvm::toString(outputs.takeError()));
  return std::move(*outputs);
}

Result<std::vector<RefTensor>> Harness::expected(const std::vector<Tensor> &inputs, int64_t batch) {
  std::vector<RefTensor> refInputs;
  for (const Tensor &input : inputs)
    refInputs.push_back(toReference(input));
  return reference(toReference(values), refInputs, batch);
}

// Changes every number a little, as rounding to f32 would, only more so.
static void disturb(RefTensor &tensor, uint64_t seed, std::string_view stream) {
  for (size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] *= 1 + 1e-6 * (2 * uniform(seed, streamOf(stream), i) - 1);
}

static double largestOf(const RefTensor &tensor) {
  double largest = 0;
  for (double value : tensor.data)
    if (std::isfinite(value))
      largest = std::max(largest, std::fabs(value));
  return largest;
}

// The position of an element as indices.
static std::vector<int64_t> unflatten(int64_t position, const std::vector<int64_t> &shape) {
  std::vector<int64_t> indices(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    indices[axis] = position % shape[axis];
    position /= shape[axis];
  }
  return indices;
}

// How far an element is from what is expected, in units of what is allowed; infinite
// if one is a number and the other is not.
static double excess(float have, double want, double absolute) {
  if (!std::isfinite(want) || std::fabs(want) > std::numeric_limits<float>::max()) {
    bool same = std::isnan(want) ? std::isnan(have) : static_cast<float>(want) == have;
    return same ? 0 : std::numeric_limits<double>::infinity();
  }
  double error = std::fabs(have - want);
  if (!std::isfinite(error))
    return std::numeric_limits<double>::infinity();
  return error / (absolute + 1e-4 * std::fabs(want));
}

Result<void> Harness::compare(const std::vector<Tensor> &outputs, const std::vector<Tensor> &inputs,
                              int64_t batch) {
  RefParameters parameters = toReference(values);
  std::vector<RefTensor> refInputs;
  for (const Tensor &input : inputs)
    refInputs.push_back(toReference(input));
  Result<std::vector<RefTensor>> expected = reference(parameters, refInputs, batch);
  if (!expected)
    return expected.takeError();

  std::vector<RefTensor> disturbed; // of another run, made when it is needed
  for (size_t i = 0; i < outputs.size(); ++i) {
    const RefTensor &want = (*expected)[i];
    const std::string &name = signature().outputs[i].name;
    if (want.shape != outputs[i].shape)
      return fail("output '{}' is {}, expected {}", name, shapeToString(outputs[i].shape),
                  shapeToString(want.shape));
    double largest = largestOf(want), absolute = 2e-5 * largest + 2e-6;
    auto worstOf = [&](double absolute) {
      std::pair<double, size_t> worst = {0, 0};
      for (size_t j = 0; j < want.data.size(); ++j)
        worst = std::max(worst, {excess(outputs[i].f32()[j], want.data[j], absolute), j});
      return worst;
    };
    auto [worst, at] = worstOf(absolute);
    if (worst <= 1)
      continue;
    // Is it the model that blows up rounding errors? Then the reference shows it too.
    if (disturbed.empty() && std::isfinite(worst)) {
      RefParameters changed = parameters;
      for (auto &[parameter, tensor] : changed)
        disturb(tensor, 1, parameter);
      std::vector<RefTensor> changedInputs = refInputs;
      for (size_t n = 0; n < changedInputs.size(); ++n)
        if (!signature().inputs[n].isIndex)
          disturb(changedInputs[n], 2, signature().inputs[n].name);
      Result<std::vector<RefTensor>> again = reference(changed, changedInputs, batch);
      if (!again)
        return again.takeError();
      disturbed = std::move(*again);
    }
    double moved = 0;
    if (!disturbed.empty())
      for (size_t j = 0; j < want.data.size(); ++j)
        if (double change = std::fabs(disturbed[i].data[j] - want.data[j]); std::isfinite(change))
          moved = std::max(moved, change);
    std::tie(worst, at) = worstOf(absolute + 4 * moved);
    if (worst > 1)
      return fail("output '{}' of shape {} is wrong, most at {}: {} instead of {}, {:.3g} times "
                  "the error allowed (largest value {:.4g})",
                  name, shapeToString(want.shape), shapeToString(unflatten(at, want.shape)),
                  outputs[i].f32()[at], want.data[at], worst, largest);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

static Result<void> sameBits(const Tensor &a, const float *b, int64_t from, const std::string &name,
                             const char *what) {
  for (int64_t j = 0, end = a.elements(); j < end; ++j)
    if (std::memcmp(a.f32() + j, b + from + j, sizeof(float)) != 0)
      return fail("output '{}' of shape {} has other bits {}, at {}: {} and {}", name,
                  shapeToString(a.shape), what, shapeToString(unflatten(j, a.shape)), a.f32()[j],
                  b[from + j]);
  return {};
}

// One example of a tensor whose axis 0 is the batch.
static Result<Tensor> exampleOf(const Tensor &tensor, int64_t example) {
  std::vector<int64_t> shape = tensor.shape;
  shape[0] = 1;
  Result<Tensor> result = Tensor::uninitialized(tensor.dtype, shape);
  if (result)
    std::memcpy(result->data(),
                static_cast<const std::byte *>(tensor.data()) + example * result->byteCount(),
                result->byteCount());
  return result;
}

// An example gives the same bits alone as in its batch.
Result<void> Harness::checkAlone(const std::vector<Tensor> &outputs,
                                 const std::vector<Tensor> &inputs, int64_t batch) {
  for (int64_t example : {int64_t(0), batch / 2, batch - 1}) {
    std::vector<Tensor> one;
    for (const Tensor &input : inputs) {
      Result<Tensor> part = exampleOf(input, example);
      if (!part)
        return part.takeError();
      one.push_back(std::move(*part));
    }
    Result<std::vector<Tensor>> alone = run(one, 1, Threads::One);
    if (!alone)
      return alone.takeError();
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Tensor &output = (*alone)[i];
      int64_t from = signature().outputs[i].batched ? example * output.elements() : 0;
      if (Result<void> same = sameBits(output, outputs[i].f32(), from, signature().outputs[i].name,
                                       "alone than in a batch");
          !same)
        return same;
    }
  }
  return {};
}

Result<void> Harness::check(const std::vector<Tensor> &inputs, int64_t batch) {
  Result<std::vector<Tensor>> outputs = run(inputs, batch, Threads::One);
  if (!outputs)
    return outputs.takeError();
  if (Result<void> right = compare(*outputs, inputs, batch); !right)
    return right;
  for (auto [threads, what] : {std::pair(Threads::Two, "on two threads than on one"),
                               std::pair(Threads::OneByOneBackwards, "in another order of work")}) {
    Result<std::vector<Tensor>> others = run(inputs, batch, threads);
    if (!others)
      return others.takeError();
    for (size_t i = 0; i < outputs->size(); ++i)
      if (Result<void> same =
              sameBits((*outputs)[i], (*others)[i].f32(), 0, signature().outputs[i].name, what);
          !same)
        return same;
  }
  return batch > 1 ? checkAlone(*outputs, inputs, batch) : Result<void>();
}

Result<void> Harness::check(int64_t batch, uint64_t seed) {
  Result<std::vector<Tensor>> inputs = makeRandomInputs(signature(), batch, seed);
  if (!inputs)
    return inputs.takeError();
  if (Result<void> good = check(*inputs, batch); !good)
    return inside(fmt::format("batch {}", batch), good.error());
  return {};
}

} // namespace weir::property
