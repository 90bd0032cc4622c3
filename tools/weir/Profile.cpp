//===- Profile.cpp - weir profile: where a call's time goes -------------------===//

#include "Bench.h"
#include "KernelClock.h"

#include "weir/CodeGen/Tuning.h"
#include "weir/Execution/Parameters.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace weir {

namespace {

// A row of the table: all kernels of a layer.
struct Row {
  std::string layer, what, source;
  double seconds = 0;
  int64_t bytes = 0, multiplyAdds = 0;
};

} // namespace

// Kernels of one layer become one row, in the order of their first kernel. Only the last runs
// count: those before were to warm up.
static std::vector<Row> collectRows(const std::vector<KernelCost> &kernels,
                                    const KernelClock &clock, int64_t batch, size_t runs) {
  std::vector<Row> rows;
  for (const LayerKernels &layer : groupByLayer(kernels)) {
    Row row{layer.layer, layer.what, layer.source};
    row.multiplyAdds = layer.multiplyAdds * batch;
    for (size_t i : layer.kernels) {
      const std::vector<double> &seconds = clock.seconds()[i];
      row.seconds += medianOf({seconds.end() - runs, seconds.end()});
      row.bytes += kernels[i].bytes + kernels[i].bytesPerExample * batch;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

static std::string describe(const std::vector<Row> &rows, double call, double peak) {
  size_t layerWidth = 5, whatWidth = 4, sourceWidth = 6;
  double kernels = 0;
  for (const Row &row : rows) {
    layerWidth = std::max(layerWidth, row.layer.size());
    whatWidth = std::max(whatWidth, row.what.size());
    sourceWidth = std::max(sourceWidth, row.source.size());
    kernels += row.seconds;
  }
  auto line = [&](std::string_view layer, std::string_view what, std::string_view source,
                  std::string_view time, std::string_view share, std::string_view bytes,
                  std::string_view rate, std::string_view speed, std::string_view ofPeak) {
    std::string text = fmt::format(
        "{:<{}}  {:<{}}  {:<{}}  {:>11}  {:>6}  {:>11}  {:>6}  {:>7}  {:>7}", layer, layerWidth,
        what, whatWidth, source, sourceWidth, time, share, bytes, rate, speed, ofPeak);
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  };
  std::string out =
      line("layer", "what", "source", "time", "share", "bytes", "GB/s", "GFLOP/s", "of peak");
  out += std::string(out.size() - 1, '-') + "\n";
  std::string rule = out.substr(out.find('\n') + 1);
  for (const Row &row : rows) {
    double speed = 2.0 * double(row.multiplyAdds) / row.seconds;
    out += line(row.layer, row.what, row.source, formatDuration(row.seconds),
                fmt::format("{:.1f}%", 100 * row.seconds / call), withCommas(row.bytes),
                fmt::format("{:.1f}", double(row.bytes) / row.seconds / 1e9),
                row.multiplyAdds ? fmt::format("{:.1f}", speed / 1e9) : "",
                row.multiplyAdds ? fmt::format("{:.1f}%", 100 * speed / peak) : "");
  }
  double rest = std::max(0.0, call - kernels);
  out += rule;
  out += line("checks, calls, clock", "", "", formatDuration(rest),
              fmt::format("{:.1f}%", 100 * rest / call), "", "", "", "");
  out += line("the whole call", "", "", formatDuration(call), "", "", "", "", "");
  return out;
}

static int writeJson(const std::vector<Row> &rows, const BenchArguments &arguments, double call,
                     double peak) {
  llvm::json::Array layers;
  for (const Row &row : rows)
    layers.push_back(llvm::json::Object{{"layer", row.layer},
                                        {"what", row.what},
                                        {"source", row.source},
                                        {"seconds", row.seconds},
                                        {"bytes", row.bytes},
                                        {"multiply_adds", row.multiplyAdds}});
  llvm::json::Object object{{"batch", arguments.batch},
                            {"threads", arguments.threads},
                            {"seconds", call},
                            {"peak_flops_per_second", peak},
                            {"layers", std::move(layers)}};
  std::string out;
  llvm::raw_string_ostream(out) << llvm::json::Value(std::move(object)) << "\n";
  return writeResult(out);
}

static int profile(const BenchArguments &arguments) {
  std::optional<TimedModel> timed = loadTimedModel(arguments);
  if (!timed)
    return kUserError;
  LoadedModel &model = *timed->model;

  // The same passes twice: once to look at the kernels, once for the code.
  auto kernels = findKernels(*model.module, *model.sources, timed->options);
  if (!kernels)
    return bug(kernels.error());
  KernelClock clock(*kernels, arguments.threads > 1 ? timed->pool.get() : nullptr, arguments.batch);
  timed->options.parallelWork = 0; // every kernel goes through parallel_for
  mlir::OwningOpRef<mlir::ModuleOp> compiled = model.module->clone();
  auto jit = JitModel::compile(*compiled, timed->options);
  if (!jit)
    return bug(jit.error());
  if (Result<void> prepared = (*jit)->prepare(model.parameters); !prepared)
    return bug(prepared.error());
  auto call = makeCall(**jit, timed->inputs, arguments.batch, nullptr);
  if (!call)
    return userError(call.error());
  clock.attach((*call)->frame);
  clock.startRun();
  if (kernels->empty() || (*jit)->call((*call)->frame) != WEIR_OK || !clock.cameToAll())
    return bug(
        fail("the compiled code came to kernel {} of {}", clock.kernelsSeen(), kernels->size()));

  auto result = timeBesidePeak(arguments, *timed, [&]() -> Result<void> {
    clock.startRun();
    (*jit)->call((*call)->frame);
    return {};
  });
  if (!result)
    return bug(result.error());
  const RunTimes &times = result->times;
  double peak = result->peak;
  std::vector<Row> rows = collectRows(*kernels, clock, arguments.batch, times.seconds.size());
  if (arguments.json)
    return writeJson(rows, arguments, times.median(), peak);
  return writeResult(describeRun(model.signature.model, arguments) +
                     fmt::format(", medians of {} runs, peak {:.1f} GFLOP/s\n\n",
                                 withCommas(int64_t(times.seconds.size())), peak / 1e9) +
                     describe(rows, times.median(), peak));
}

int profileCommand(const Arguments &arguments) {
  BenchArguments profile;
  CommandLine line(
      "profile", "Shows where the time of a call goes, layer by layer.",
      "A row is a layer with what was fused into it. Its bytes are the buffers that it reads\n"
      "and writes, each counted once; of a table the rows that are read. GFLOP/s count two\n"
      "operations per multiply-add that `weir check` lists; the peak is measured in the same\n"
      "run. Each part of the code is timed on its own, which costs about 50 ns for each.\n"
      "`weir explain` has the same rows: how each is computed, and what it should cost.",
      "  weir profile examples/resnet18.weir --batch 8\n"
      "  weir profile examples/collab_nn.weir --weights collab_nn.safetensors --threads 2");
  profile.declareRuns(line);
  line.flag("--json", profile.json, "print the table as one line of JSON, in seconds and bytes");
  profile.compile.declare(line);
  profile.compile.declareInference(line, "--batch's if absent");
  profile.compile.declareTune(line, "--batch's if absent, on --threads");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  return weir::profile(profile);
}

} // namespace weir
