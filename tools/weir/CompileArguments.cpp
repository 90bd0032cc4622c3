//===- CompileArguments.cpp - How a command wants its model compiled ----------===//

#include "CompileArguments.h"

namespace weir {

struct Switch {
  const char *name;
  bool RewriteOptions::*option;
};

static constexpr Switch switches[] = {
    {"one-hot-to-embedding", &RewriteOptions::oneHotToEmbedding},
    {"fold-batch-norm", &RewriteOptions::foldBatchNorm},
    {"fold-pad", &RewriteOptions::foldPad},
    {"split-concat", &RewriteOptions::splitConcat},
    {"fold-tables", &RewriteOptions::foldTables},
    {"merge-duplicates", &RewriteOptions::mergeDuplicates},
};

static std::string switchNames() {
  std::string names;
  for (const Switch &entry : switches)
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  return names;
}

void CompileArguments::declare(CommandLine &line) {
  line.choice("--conv", {"auto", "windows", "im2col", "winograd"}, conv,
              "how a convolution meets its product: over a view of the image; over a\n"
              "copied matrix of patches; with fewer products, in Winograd's way, where\n"
              "its kernel is 3x3; auto, the default, chooses");
  line.list("--without", "REWRITE", without, "leave a rewrite out:\n" + switchNames());
}

void CompileArguments::declareInference(CommandLine &line, std::string_view absent) {
  line.choice("--weights-as", {"f32", "bf16"}, weightsAs,
              "what packed weights are kept in; f32 if absent. bf16 takes half the memory and\n"
              "rounds to 8 bits of mantissa; only large linear layers, whose time goes into\n"
              "reading their weights, are kept so: `weir explain` shows which");
  line.integer("--for-batch", "N", forBatch, 1, 1 << 20,
               fmt::format("how many examples a call will usually have, {}: convolutions are\n"
                           "computed in the way that is best for so many; any number works",
                           absent));
}

void CompileArguments::declareCache(CommandLine &line) {
  line.flag("--no-cache", noCache,
            "compile anew; else what was compiled before is taken from $WEIR_CACHE,\n"
            "$XDG_CACHE_HOME/weir or ~/.cache/weir");
  cached = true;
}

void CompileArguments::declareTune(CommandLine &line, std::string_view threads) {
  line.flag("--tune", tune,
            fmt::format("measure how this machine computes the model best, where estimates choose\n"
                        "else: for as many examples a call as --for-batch says, {}.\n"
                        "Takes seconds to minutes; remembered, so that it is done once",
                        threads));
  if (!cached)
    line.flag("--no-cache", noCache,
              "with --tune: measure anew and keep nothing; else what was measured before is\n"
              "taken from $WEIR_CACHE, $XDG_CACHE_HOME/weir or ~/.cache/weir");
}

// Where compiled models are kept; empty for nowhere, as when there is no home.
static std::string cacheDirectory() {
  auto variable = [](const char *name) -> std::string {
    const char *value = std::getenv(name);
    return value ? value : "";
  };
  if (std::string own = variable("WEIR_CACHE"); !own.empty())
    return own == "off" ? "" : own;
  if (std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return cache + "/weir";
  std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.cache/weir";
}

std::string CompileArguments::keptDirectory() const { return noCache ? "" : cacheDirectory(); }

void CompileArguments::declareTarget(CommandLine &line) {
  line.text("--target-triple", "TRIPLE", triple, "as aarch64-linux-gnu; this machine's if absent");
  line.text("--target-cpu", "NAME", cpu,
            "as LLVM calls it: x86-64-v3, znver5, cortex-a76; native is this machine's;\n"
            "x86-64,x86-64-v3,x86-64-v4: code for each in one object, chosen when loaded");
  line.text("--target-features", "LIST", features, "as +avx2,+fma: on top of the processor's");
}

Result<CompileOptions> CompileArguments::options() const {
  CompileOptions options;
  if (cached)
    options.cacheDirectory = keptDirectory();
  else if (noCache && !tune)
    return fail("--no-cache goes with --tune: nothing else is kept here");
  options.rewrites.convAlgorithm =
      conv == "im2col" ? ConvAlgorithm::Im2col : ConvAlgorithm::Windows;
  if (conv == "winograd")
    options.rewrites.winograd = WinogradUse::Always;
  else if (conv != "auto")
    options.rewrites.winograd = WinogradUse::Never;
  options.weights = weightsAs == "bf16" ? WeightFormat::BF16 : WeightFormat::F32;
  options.rewrites.examples = std::max<int64_t>(forBatch, 1);
  for (const std::string &name : without) {
    const Switch *found = std::find_if(std::begin(switches), std::end(switches),
                                       [&](const Switch &entry) { return name == entry.name; });
    if (found == std::end(switches))
      return fail("--without {}: the rewrites are {}", inQuotes(name), switchNames());
    options.rewrites.*found->option = false;
  }
  bool native = cpu == "native";
  if (tune && !((cpu.empty() || native) && triple.empty() && features.empty()))
    return fail("--tune measures on this machine, so it goes with --target-cpu native or none, "
                "not with {}",
                !cpu.empty() && !native ? fmt::format("--target-cpu {}", cpu)
                : !triple.empty()       ? fmt::format("--target-triple {}", triple)
                                        : fmt::format("--target-features {}", features));
  if (native && !(triple.empty() && features.empty()))
    return fail("--target-cpu native means this machine as it is, so it goes with neither "
                "--target-triple nor --target-features");
  if (native || (triple.empty() && cpu.empty() && features.empty()))
    return options; // the host
  llvm::Expected<CpuTarget> target = CpuTarget::named(triple, cpu, features);
  if (!target)
    return Error{llvm::toString(target.takeError())};
  options.target = *target;
  return options;
}

std::string describeTimes(const StageTimes &times) {
  std::string out;
  double sum = 0;
  for (const StageTime &time : times) {
    out += fmt::format("  {:<14}{:>9.2f} ms\n", time.stage, time.seconds * 1e3);
    sum += time.seconds;
  }
  return out + fmt::format("  {:<14}{:>9.2f} ms\n", "together", sum * 1e3);
}

} // namespace weir
