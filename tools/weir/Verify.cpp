//===- Verify.cpp - weir verify: compiled code against the reference ----------===//

#include "Compare.h"
#include "CompileArguments.h"
#include "Layers.h"
#include "ModelSource.h"
#include "Tune.h"

#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Reference/Interpreter.h"

namespace weir {

// The reference takes about a nanosecond per multiply-add: without being asked,
// nobody waits for more than this many per batch size.
static constexpr int64_t maxMultiplyAdds = 5'000'000'000;

static std::vector<int64_t> chooseBatches(const std::vector<int64_t> &wanted,
                                          int64_t multiplyAdds) {
  if (!wanted.empty())
    return wanted;
  std::vector<int64_t> batches;
  for (int64_t batch : {1, 2, 7, 33})
    if (batch == 1 || batch * multiplyAdds <= maxMultiplyAdds)
      batches.push_back(batch);
  if (batches.size() < 4)
    note(fmt::format("a large model: verifying batch sizes {} only; --batch N asks for others",
                     fmt::join(batches, ", ")));
  return batches;
}

static int verify(LoadedModel &model, const CompileOptions &options,
                  const std::vector<int64_t> &batches, uint64_t seed) {
  const Signature &signature = model.signature;
  mlir::OwningOpRef<mlir::ModuleOp> compiled = model.module->clone();
  Result<std::unique_ptr<JitModel>> jit = JitModel::compile(*compiled, options);
  if (!jit)
    return bug(jit.error());
  if (Result<void> prepared = (*jit)->prepare(model.parameters); !prepared)
    return bug(prepared.error());
  RefParameters parameters = toReference(model.parameters);
  auto pool = ThreadPool::create(2);
  if (!pool)
    return userError(pool.error());

  bool good = true, varied = true;
  std::string out = fmt::format("{:<20}{:>8}{:>18}{:>18}{:>18}\n", "output", "batch",
                                "largest value", "absolute error", "relative error");
  for (int64_t batch : batches) {
    Result<std::vector<Tensor>> inputs = makeRandomInputs(signature, batch, seed);
    if (!inputs)
      return userError(inputs.error());
    auto one = (*jit)->run(*inputs, batch);
    auto two = (*jit)->run(*inputs, batch, pool->get());
    if (!one || !two)
      return bug(one ? two.error() : one.error());
    std::vector<RefTensor> references;
    for (const Tensor &input : *inputs)
      references.push_back(toReference(input));
    auto expected = interpret(*model.module, parameters, references, batch);
    if (!expected)
      return bug(expected.takeError());
    for (size_t i = 0; i < signature.outputs.size(); ++i) {
      Difference difference = compare((*one)[i], (*expected)[i], options.weights);
      good &= difference.within;
      varied &= difference.largest > 1e-3 || signature.parameters.empty();
      out += fmt::format("{:<20}{:>8}{:>18.6g}{:>18.3g}{:>18.3g}{}\n", signature.outputs[i].name,
                         batch, difference.largest, difference.absolute, difference.relative,
                         difference.within ? "" : "  WRONG");
    }
    if (!sameBits(*one, *two)) {
      out += fmt::format("batch {}: one and two threads give different bits\n", batch);
      good = false;
    }
  }
  out += good ? "verified\n" : "the compiled code differs from the reference\n";
  if (int code = writeResult(out))
    return code;
  if (!varied)
    note("outputs near zero say little: try --weights or another --seed");
  return good ? kDone
              : bug(fail("the compiled code of model '{}' is wrong (seed {})", signature.model,
                         seed));
}

int verifyCommand(const Arguments &arguments) {
  ModelArguments source;
  CompileArguments compile;
  std::vector<int64_t> batches;
  CommandLine line(
      "verify", "Compares a model's compiled code with the reference interpreter.",
      "Random inputs; per output and batch size, the largest error, absolute and relative to\n"
      "the largest value. Fails if an element is off by more than 1e-5 times the largest value\n"
      "(at least 1) plus 1e-4 times itself, or if one and two threads differ in a single bit.\n"
      "With weights in bf16 it may be off by 2^-6 times the largest value more.",
      "  weir verify examples/lenet.weir\n"
      "  weir verify examples/resnet18.weir --batch 1 --seed 7");
  source.declare(line);
  source.declareWeights(line);
  line.integers("--batch", "N", batches, 0, 1 << 20, "a batch size; 1, 2, 7 and 33 if absent");
  compile.declare(line);
  compile.declareInference(line);
  compile.declareTune(line, "1 if absent, on one thread");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  Result<CompileOptions> options = compile.options();
  if (!options)
    return userError(options.error());
  auto model = loadModel(source, ContextUse::Compile);
  if (!model)
    return kUserError;
  if (Result<void> ready = model->initialize(source); !ready)
    return userError(ready.error());
  if (compile.tune)
    if (auto exit = tuneModel(*model, source, compile, *options, /*threads=*/1))
      return *exit;
  return verify(*model, *options, chooseBatches(batches, countMultiplyAdds(*model->module)),
                source.seed);
}

} // namespace weir
