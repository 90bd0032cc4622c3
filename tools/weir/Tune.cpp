//===- Tune.cpp - --tune: measuring instead of estimating ---------------------===//

#include "Tune.h"

#include "Layers.h"
#include "Table.h"
#include "TuneVariant.h"

#include "weir/Execution/CodeCache.h"
#include "weir/Execution/Parameters.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

namespace weir {

// What the answer is kept under: all that the code depends on, what else it was measured
// with, and the names of layers, which it repeats. The names of functions don't matter.
static std::string keyOf(const CodeCache &cache, const LoadedModel &model, CompileOptions options,
                         int64_t threads) {
  options.prefix = "weir";
  std::string key = cache.key(*model.module, options);
  if (key.empty())
    return key;
  std::string names;
  for (const Layer &layer : listLayers(*model.module, *model.sources))
    names += layer.name + '\n' + layer.kind + '\n';
  uint64_t hash = llvm::xxh3_64bits(llvm::arrayRefFromStringRef(names));
  return fmt::format("{}-{}-{}-{}", key, llvm::utohexstr(hash, /*LowerCase=*/true, /*Width=*/16),
                     options.rewrites.examples, threads);
}

static void sayResult(const Tuning &tuning, double measuring) {
  if (tuning.shapes.empty())
    return note("--tune: there is only one way to compute this model");
  std::string how =
      measuring > 0 ? fmt::format("{} variants of the code in {:.1f} s", tuning.variants, measuring)
                    : std::string("measured before");
  if (tuning.choices.empty())
    return note(fmt::format("--tune: {}: none beats the estimates' choices, {} a call", how,
                            formatDuration(tuning.defaultSeconds)));
  note(fmt::format("--tune: {}: {} instead of {} a call, {:.1f}% less, by {} choice{} other than "
                   "the estimates'",
                   how, formatDuration(tuning.seconds), formatDuration(tuning.defaultSeconds),
                   100 * (1 - tuning.seconds / tuning.defaultSeconds), tuning.choices.size(),
                   tuning.choices.size() == 1 ? "" : "s"));
}

std::optional<int> tuneModel(LoadedModel &model, const ModelArguments &source,
                             const CompileArguments &arguments, const CompileOptions &options,
                             int64_t threads, Tuning *result) {
  CodeCache cache(arguments.keptDirectory());
  std::string key = keyOf(cache, model, options, threads);
  std::optional<Tuning> tuning;
  if (auto kept = cache.find(key, KeptKind::Tuning))
    tuning = readTuning({kept->data(), kept->size()}, *model.context);
  double start = now();
  bool measured = !tuning;
  if (measured) {
    note(fmt::format("--tune: measuring ways to compute the model, {} example{} a call on {} "
                     "thread{}",
                     options.rewrites.examples, options.rewrites.examples == 1 ? "" : "s", threads,
                     threads == 1 ? "" : "s"));
    if (model.parameters.begin() == model.parameters.end())
      if (Result<void> ready = model.initialize(source); !ready)
        return userError(ready.error());
    int64_t batch = options.rewrites.examples;
    auto inputs = makeRandomInputs(model.signature, batch, /*seed=*/0);
    if (!inputs)
      return userError(inputs.error());
    auto pool = ThreadPool::create(threads);
    if (!pool)
      return userError(pool.error());
    Result<Tuning> fresh =
        measureVariants({model, options, *inputs, batch, threads > 1 ? pool->get() : nullptr});
    if (!fresh)
      return bug(fresh.error());
    tuning = std::move(*fresh);
    cache.store(key, llvm::arrayRefFromStringRef<char>(writeTuning(*tuning)), KeptKind::Tuning);
  }
  sayResult(*tuning, measured ? now() - start : 0);
  auto function = *model.module->getOps<mlir::func::FuncOp>().begin();
  if (tuning->choices.empty())
    function->removeAttr("weir.choices");
  else
    function->setAttr("weir.choices", tuning->choices);
  if (result)
    *result = std::move(*tuning);
  return std::nullopt;
}

static std::string join(const std::vector<std::string> &layers) {
  if (layers.size() < 3)
    return fmt::format("{}", fmt::join(layers, ", "));
  return fmt::format("{} and {} more", layers.front(), layers.size() - 1);
}

std::string describeTuning(const Tuning &tuning, double multiplyAddsPerSecond) {
  if (tuning.shapes.empty())
    return "";
  Table table{4, {{"layers", "shape", "choice", "", "estimate", "measured", ""}}};
  for (const TunedShape &shape : tuning.shapes)
    for (size_t i = 0; i < shape.candidates.size(); ++i) {
      const TunedShape::Candidate &candidate = shape.candidates[i];
      double layers = double(shape.layers.size());
      table.lines.push_back(
          {i == 0 ? join(shape.layers) : "", i == 0 ? shape.shape : "", i == 0 ? shape.kind : "",
           candidate.name, formatDuration(candidate.cost / multiplyAddsPerSecond),
           formatDuration(candidate.seconds / layers), i == shape.taken ? "taken" : ""});
    }
  std::string out = "\nMeasured for --tune, a layer in a call; of each shape the estimates' choice "
                    "comes first:\n\n";
  out += table.text(0);
  return out +
         (tuning.choices.empty()
              ? fmt::format("\nAs wholes, none was faster than {} a call: the estimates' "
                            "choices stand.\n",
                            formatDuration(tuning.defaultSeconds))
              : fmt::format("\nAs a whole, {} a call instead of {}.\n",
                            formatDuration(tuning.seconds), formatDuration(tuning.defaultSeconds)));
}

} // namespace weir
