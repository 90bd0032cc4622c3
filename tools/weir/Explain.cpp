//===- Explain.cpp - weir explain: how each layer is computed, and why --------===//

#include "Bench.h"
#include "KernelCosts.h"
#include "LayerChoices.h"
#include "Table.h"
#include "Tune.h"

#include "weir/Execution/Peak.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace weir {

namespace {

// What the estimates start from.
struct Machine {
  MachineRates rates; // of all threads
  int64_t threads, batch;
  double cacheBytes;   // second-level caches of the threads
  bool everythingFits; // all weights and activations of a call fit these
};

// A row of the tables: a layer, for the whole batch.
struct Row {
  LayerKernels kernels;
  LayerChoice choice;
  int64_t multiplyAdds = 0, weightBytes = 0, activationBytes = 0;
  Estimate estimate;

  const char *limit() const { return estimate.memoryBinds() ? "memory" : "arithmetic"; }
};

} // namespace

constexpr ConvolutionForm kForms[] = {ConvolutionForm::Windows, ConvolutionForm::Im2col,
                                      ConvolutionForm::Winograd2, ConvolutionForm::Winograd4};

//===----------------------------------------------------------------------===//
// Estimates
//===----------------------------------------------------------------------===//

// The cost of a layer's arithmetic for the whole batch, by the model that chooses.
static double costOf(const Row &row, const std::vector<KernelCost> &kernels, int64_t batch) {
  const LayerChoice &choice = row.choice;
  if (choice.convolution && choice.form != ConvolutionForm::Windows)
    return convolutionCost(choice.form, *choice.convolution) * double(batch);
  double cost = 0;
  if (!choice.products.empty()) {
    for (const ProductChoice &product : choice.products)
      cost += double(product.count) * productCost(product.shape, product.tiling, batch);
    return cost;
  }
  for (size_t i : row.kernels.kernels)
    cost += loopCost(kernels[i].work * batch, kernels[i].functions);
  return cost;
}

static void estimate(Row &row, const std::vector<KernelCost> &kernels, const Machine &machine) {
  // What has little to do runs on one thread.
  bool parallel = false;
  for (size_t i : row.kernels.kernels)
    parallel |= machine.batch >= kernels[i].examplesToDivide;
  MachineRates rates = machine.rates;
  if (!parallel) {
    rates.multiplyAdds /= double(machine.threads);
    rates.cacheBytes /= double(machine.threads);
    rates.memoryBytes /= double(machine.threads);
  }
  // Weights are read once per call: if the rest of the call leaves no room for them,
  // they come from beyond the cache. What was written just before is still there.
  double weights = double(row.weightBytes), activations = double(row.activationBytes);
  double beyond = machine.everythingFits ? 0 : weights;
  if (activations > machine.cacheBytes)
    beyond += activations;
  row.estimate = estimateTime(costOf(row, kernels, machine.batch), weights + activations - beyond,
                              beyond, rates);
}

static std::vector<Row> collectRows(const std::vector<KernelCost> &kernels,
                                    const std::vector<LayerChoice> &choices, int64_t batch) {
  std::vector<Row> rows;
  for (LayerKernels &layer : groupByLayer(kernels)) {
    Row row;
    row.kernels = std::move(layer);
    if (row.kernels.number >= 0)
      row.choice = choices[size_t(row.kernels.number)];
    row.multiplyAdds = row.kernels.multiplyAdds * batch;
    for (size_t i : row.kernels.kernels) {
      const KernelCost &kernel = kernels[i];
      int64_t weights = kernel.weightBytes + kernel.weightBytesPerExample * batch;
      row.weightBytes += weights;
      row.activationBytes += kernel.bytes + kernel.bytesPerExample * batch - weights;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static std::string describeChoices(const std::vector<Row> &rows) {
  Table table{4, {{"layer", "source", "what", "computed by", "tile", "block", "matrix"}}};
  for (const Row &row : rows) {
    const LayerKernels &kernels = row.kernels;
    std::string how = row.choice.how, tile, block, matrix;
    if (!row.choice.products.empty()) {
      const ProductChoice &product = row.choice.products.front();
      const ProductTiling &tiling = product.tiling;
      if (row.choice.products.size() > 1)
        how = fmt::format("{} products", row.choice.products.size());
      tile = fmt::format("{}x{}", tiling.rows, tiling.columns);
      block = fmt::format("{}x{}", tiling.rowBlock, tiling.panelBlock);
      matrix = product.halved ? "packed, bf16" : product.packed ? "packed" : "as it is";
    }
    table.lines.push_back({kernels.layer, kernels.source, kernels.what, how, tile, block, matrix});
  }
  return table.text(0);
}

static std::string shortSize(int64_t bytes) {
  if (bytes < 10'000)
    return fmt::format("{}", bytes);
  return bytes < 10'000'000 ? fmt::format("{:.1f}K", double(bytes) / 1024)
                            : fmt::format("{:.1f}M", double(bytes) / (1024 * 1024));
}

static std::string describeCosts(const std::vector<Row> &rows) {
  Table table{1,
              {{"layer", "multiply-adds", "weights", "activations", "per byte", "arithmetic",
                "memory", "estimate", "share", "limit"}}};
  int64_t multiplyAdds = 0, weights = 0, activations = 0;
  double arithmetic = 0, memory = 0, seconds = 0;
  for (const Row &row : rows) {
    multiplyAdds += row.multiplyAdds;
    weights += row.weightBytes;
    activations += row.activationBytes;
    arithmetic += row.estimate.arithmetic;
    memory += row.estimate.memory;
    seconds += row.estimate.seconds();
  }
  auto intensity = [](int64_t count, int64_t bytes) {
    return count ? fmt::format("{:.1f}", double(count) / double(bytes)) : std::string();
  };
  for (const Row &row : rows)
    table.lines.push_back(
        {row.kernels.layer, row.multiplyAdds ? withCommas(row.multiplyAdds) : "",
         shortSize(row.weightBytes), shortSize(row.activationBytes),
         intensity(row.multiplyAdds, row.weightBytes + row.activationBytes),
         formatDuration(row.estimate.arithmetic), formatDuration(row.estimate.memory),
         formatDuration(row.estimate.seconds()),
         fmt::format("{:.1f}%", 100 * row.estimate.seconds() / seconds), row.limit()});
  table.lines.push_back({"together", withCommas(multiplyAdds), shortSize(weights),
                         shortSize(activations), intensity(multiplyAdds, weights + activations),
                         formatDuration(arithmetic), formatDuration(memory),
                         formatDuration(seconds), "", ""});
  return table.text(1);
}

// Empty if no convolution has an alternative.
static std::string describeAlternatives(const std::vector<Row> &rows, const MachineRates &rates,
                                        const RewriteOptions &rewrites) {
  bool winograd = rewrites.winograd != WinogradUse::Never;
  Table table{1, {{"convolution"}}};
  for (ConvolutionForm form : kForms)
    table.lines.front().push_back(nameOf(form));
  table.lines.front().push_back("taken");
  bool forbidden = false;
  for (const Row &row : rows) {
    if (!row.choice.convolution)
      continue;
    std::vector<std::string> line = {row.kernels.layer};
    for (ConvolutionForm form : kForms)
      line.push_back(
          applies(form, *row.choice.convolution)
              ? formatDuration(convolutionCost(form, *row.choice.convolution) / rates.multiplyAdds)
              : "-");
    line.push_back(nameOf(row.choice.form));
    table.lines.push_back(std::move(line));
    forbidden |= !winograd && chooseForm(*row.choice.convolution) != ConvolutionForm::Windows;
  }
  if (table.lines.size() == 1)
    return "";
  std::string out =
      fmt::format("\nConvolutions, one example of {}, as they are counted when one is chosen:\n\n",
                  withCommas(rewrites.examples));
  out += table.text(0);
  if (forbidden)
    out += "\nWinograd's forms aren't used here: --conv winograd asks for them.\n";
  return out;
}

// `tuning` is null without --tune.
static int writeJson(const std::vector<Row> &rows, const LoadedModel &model, const Machine &machine,
                     const Tuning *tuning) {
  llvm::json::Array layers;
  double seconds = 0;
  for (const Row &row : rows) {
    seconds += row.estimate.seconds();
    llvm::json::Object layer{{"layer", row.kernels.layer},
                             {"what", row.kernels.what},
                             {"source", row.kernels.source},
                             {"how", row.choice.how},
                             {"multiply_adds", row.multiplyAdds},
                             {"bytes", row.weightBytes + row.activationBytes},
                             {"weight_bytes", row.weightBytes},
                             {"arithmetic_seconds", row.estimate.arithmetic},
                             {"memory_seconds", row.estimate.memory},
                             {"seconds", row.estimate.seconds()},
                             {"limit", row.limit()}};
    llvm::json::Array products;
    for (const ProductChoice &product : row.choice.products)
      products.push_back(llvm::json::Object{{"rows_per_example", product.shape.rows},
                                            {"depth", product.shape.depth},
                                            {"width", product.shape.width},
                                            {"count", product.count},
                                            {"tile_rows", product.tiling.rows},
                                            {"tile_columns", product.tiling.columns},
                                            {"lanes", product.tiling.lanes},
                                            {"row_block", product.tiling.rowBlock},
                                            {"panel_block", product.tiling.panelBlock},
                                            {"packed", product.packed},
                                            {"weights", product.halved ? "bf16" : "f32"}});
    if (!products.empty())
      layer["products"] = std::move(products);
    if (row.choice.convolution) {
      llvm::json::Object alternatives;
      for (ConvolutionForm form : kForms)
        if (applies(form, *row.choice.convolution))
          alternatives[nameOf(form)] =
              convolutionCost(form, *row.choice.convolution) / machine.rates.multiplyAdds;
      layer["alternatives"] = std::move(alternatives);
      layer["taken"] = nameOf(row.choice.form);
    }
    layers.push_back(std::move(layer));
  }
  llvm::json::Object object{{"model", model.signature.model},
                            {"batch", machine.batch},
                            {"threads", machine.threads},
                            {"seconds", seconds},
                            {"peak_flops_per_second", 2 * machine.rates.multiplyAdds},
                            {"cache_bytes_per_second", machine.rates.cacheBytes},
                            {"memory_bytes_per_second", machine.rates.memoryBytes},
                            {"layers", std::move(layers)}};
  if (tuning)
    object["tuning"] = asJson(*tuning);
  std::string out;
  llvm::raw_string_ostream(out) << llvm::json::Value(std::move(object)) << "\n";
  return writeResult(out);
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

// Rates of this machine: the cache's is that of half of it, memory's that of a block as
// large as what a call of the model touches.
static Result<MachineRates> measureRates(const CpuTarget &target, ThreadPool &pool,
                                         int64_t touched) {
  ThreadPool *threads = pool.threads() > 1 ? &pool : nullptr;
  int64_t caches = target.cacheBytes * pool.threads();
  Result<double> peak = measurePeak(target, threads);
  if (!peak)
    return peak.takeError();
  Result<double> cache = measureBandwidth(caches / 2, threads);
  if (!cache)
    return cache.takeError();
  Result<double> memory =
      measureBandwidth(std::max(std::min<int64_t>(touched, 256 << 20), 4 * caches), threads);
  if (!memory)
    return memory.takeError();
  return MachineRates{*peak / 2, *cache, std::min(*memory, *cache)};
}

static int explain(const BenchArguments &arguments) {
  Result<CompileOptions> options = arguments.compileOptions();
  if (!options)
    return userError(options.error());
  auto model = loadModel(arguments.source, ContextUse::Compile);
  if (!model)
    return kUserError;
  Tuning tuning;
  if (arguments.compile.tune)
    if (auto exit = tuneModel(*model, arguments.source, arguments.compile, *options,
                              arguments.threads, &tuning))
      return *exit;
  auto pool = ThreadPool::create(arguments.threads);
  if (!pool)
    return userError(pool.error());
  auto choices = findChoices(*model->module, *model->sources, *options);
  if (!choices)
    return bug(choices.error());
  auto kernels = findKernels(*model->module, *model->sources, *options);
  if (!kernels)
    return bug(kernels.error());
  std::vector<Row> rows = collectRows(*kernels, *choices, arguments.batch);
  int64_t touched = 0;
  for (const Row &row : rows)
    touched += row.weightBytes + row.activationBytes;
  const CpuTarget &target = options->target;
  Result<MachineRates> rates = measureRates(target, **pool, touched);
  if (!rates)
    return userError(rates.error());
  double caches = double(target.cacheBytes * arguments.threads);
  Machine machine{*rates, arguments.threads, arguments.batch, caches, double(touched) <= caches};
  for (Row &row : rows)
    estimate(row, *kernels, machine);
  if (arguments.json)
    return writeJson(rows, *model, machine, arguments.compile.tune ? &tuning : nullptr);
  std::string out = describeRun(model->signature.model, arguments);
  out += fmt::format(
      "\n{} vector registers of {} numbers, {:.0f} KiB of second-level cache per thread\n"
      "measured just now: {:.1f} GFLOP/s, {:.1f} GB/s from the cache, {:.1f} GB/s beyond it\n\n",
      target.vectorRegisters, target.vectorBits / 32, double(target.cacheBytes) / 1024,
      2e-9 * rates->multiplyAdds, 1e-9 * rates->cacheBytes, 1e-9 * rates->memoryBytes);
  out += describeChoices(rows) + "\n" + describeCosts(rows);
  out += describeAlternatives(rows, machine.rates, options->rewrites);
  out += describeTuning(tuning, machine.rates.multiplyAdds);
  return writeResult(out);
}

int explainCommand(const Arguments &arguments) {
  BenchArguments explain;
  CommandLine line(
      "explain", "Shows how each layer is computed, what it should cost, and why.",
      "A row is a layer with what was fused into it; `weir profile` measures the same rows.\n"
      "Of products the first table shows the tile of results that stays in registers (rows\n"
      "by columns), and the block that is a unit of work (rows by panels, as wide as a\n"
      "tile). A packed matrix is packed once, when the model is loaded; with --weights-as\n"
      "bf16 it says which ones are bf16.\n"
      "\n"
      "The estimate is the longer of two times: that of arithmetic at this machine's peak,\n"
      "and that of moving weights and activations. Both rates are measured in the same run.\n"
      "Weights come from beyond the second-level cache unless all of a call fits into it.\n"
      "\n"
      "For convolutions the last table has the estimate of every form, by which one is\n"
      "chosen: a product over windows of the image, over copied patches (im2col), or\n"
      "Winograd's with tiles of 2x2 or 4x4 results.",
      "  weir explain examples/resnet18.weir\n"
      "  weir explain examples/collab_nn.weir --set users=672 --set movies=8428 --batch 64");
  explain.source.declare(line);
  line.integer("--batch", "N", explain.batch, 1, 1 << 30, "examples per call; 1 if absent");
  line.integer("--threads", "N", explain.threads, 1, ThreadPool::kMaxThreads, "1 if absent");
  line.flag("--json", explain.json, "print everything as one line of JSON, in seconds and bytes");
  explain.compile.declare(line);
  explain.compile.declareInference(line, "--batch's if absent");
  explain.compile.declareTune(line, "--batch's if absent, on --threads");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  return weir::explain(explain);
}

} // namespace weir
