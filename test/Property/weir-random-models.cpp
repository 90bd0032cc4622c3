//===- weir-random-models.cpp - Random models, compiled and checked -----------===//
//
// Makes up valid models, compiles each in a randomly chosen way and holds it against
// the reference interpreter. A failure prints the seed, which --only repeats.
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "Harness.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <fmt/ranges.h>
#include <unistd.h>

using namespace weir;
using namespace weir::property;
namespace cl = llvm::cl;

static cl::opt<int64_t> count("count", cl::desc("how many models"), cl::init(300));
static cl::opt<uint64_t> firstSeed("seed", cl::desc("the first model's seed"), cl::init(1));
static cl::opt<uint64_t> onlySeed("only", cl::desc("print and check the model of this seed only"));
static cl::opt<double> minutes("minutes", cl::desc("go on for so long, whatever the count"));

namespace {
// How a model is compiled and run, which follows from the seed as the model does.
struct Trial {
  uint64_t seed;
  CompileOptions options;
  std::vector<int64_t> batches = {1, 2, 5, 17};
  std::string description;

  explicit Trial(uint64_t seed) : seed(seed) {
    Chooser choose(seed ^ 0x5EED);
    batches[choose.between(1, 3)] += 1;
    CpuTarget &target = options.target;
    options.parallelWork = 1; // whatever can run in parallel does
    if (!choose.oneIn(3)) {
      target.vectorBits = choose.of<int64_t>({32, 128, 256, 512});
      target.vectorRegisters = choose.of<int64_t>({8, 16, 32});
      target.cacheBytes = choose.of<int64_t>({256, 4096, 512 * 1024});
      target.fusedMultiplyAdd &= choose.oneIn(2);
    }
    RewriteOptions &rewrites = options.rewrites;
    std::string off;
    auto maybeOff = [&](bool &option, const char *name) {
      if (choose.oneIn(2))
        return;
      option = false;
      off += fmt::format(" {}", name);
    };
    if (choose.oneIn(2)) {
      maybeOff(rewrites.oneHotToEmbedding, "one-hot-to-embedding");
      maybeOff(rewrites.foldBatchNorm, "fold-batch-norm");
      maybeOff(rewrites.foldPad, "fold-pad");
      maybeOff(rewrites.splitConcat, "split-concat");
      maybeOff(rewrites.foldTables, "fold-tables");
      maybeOff(rewrites.mergeDuplicates, "merge-duplicates");
    }
    if (choose.oneIn(3))
      rewrites.convAlgorithm = ConvAlgorithm::Im2col;
    rewrites.winograd = choose.oneIn(2) ? WinogradUse::Always : WinogradUse::WherePays;
    description =
        fmt::format("vectors of {} bits, {} registers, cache of {} bytes, {} multiply-add, "
                    "convolutions by {}{}, "
                    "batches {}, switched off:{}",
                    target.vectorBits, target.vectorRegisters, target.cacheBytes,
                    target.fusedMultiplyAdd ? "fused" : "separate",
                    rewrites.convAlgorithm == ConvAlgorithm::Im2col ? "im2col" : "windows",
                    rewrites.winograd == WinogradUse::Always ? " and Winograd" : "",
                    fmt::join(batches, ", "), off.empty() ? " nothing" : off);
  }

  Result<void> check(const std::string &text) const {
    Result<std::unique_ptr<Harness>> harness = Harness::create(text, options, seed);
    if (!harness)
      return harness.takeError();
    for (int64_t batch : batches)
      if (Result<void> good = (*harness)->check(batch, seed); !good)
        return good;
    return {};
  }
};
} // namespace

// Machine code that leaves its memory stops the program; say what it was.
static char nowRunning[64];

static void reportCrash(int signal) {
  ssize_t written = write(STDERR_FILENO, nowRunning, strlen(nowRunning));
  (void)written;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Checks random models against the reference\n");
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, reportCrash);
  bool isOnly = onlySeed.getNumOccurrences() > 0;
  uint64_t seed = isOnly ? onlySeed : firstSeed;
  auto start = std::chrono::steady_clock::now();
  int64_t done = 0;
  auto isEnough = [&] {
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (isOnly)
      return done == 1;
    return minutes > 0 ? elapsed.count() >= 60 * minutes : done >= count;
  };
  for (; !isEnough(); ++seed, ++done) {
    std::string text = generateModel(seed);
    Trial trial(seed);
    if (isOnly)
      llvm::outs() << text << "// " << trial.description << "\n";
    llvm::outs().flush();
    snprintf(nowRunning, sizeof nowRunning, "\ncrashed: --only %llu repeats it\n",
             static_cast<unsigned long long>(seed));
    if (Result<void> good = trial.check(text); !good) {
      if (!isOnly)
        llvm::errs() << text << "// " << trial.description << "\n";
      llvm::errs() << good.error().message << "\nfailed: --only " << seed << " repeats it\n";
      return 1;
    }
  }
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  llvm::outs() << fmt::format(
      "{} random models agree with the reference, the last of seed {}, {:.1f} s\n", done, seed - 1,
      elapsed.count());
  return 0;
}
