//===- weir-demo.cpp - clothes, recognized ------------------------------------===//
//
// What `./dev demo` shows when `weir train` is done: compiles
// examples/fashion_stride2.weir, classifies the 10,000 test images of Fashion-MNIST by what
// was learned, and draws a few of them.
//
//===----------------------------------------------------------------------===//

#include "Drawing.h"

#include "weir/Data/Idx.h"
#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Frontend/Frontend.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace weir;

static constexpr const char *classNames[] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                             "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                             "Bag",         "Ankle boot"};

static constexpr const char *example = WEIR_SOURCE_DIR "/examples/fashion_stride2";
// What PyTorch learned, to compare with.
static constexpr const char *pytorchWeights =
    WEIR_SOURCE_DIR "/examples/fashion_stride2/weights.safetensors";

static double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static Result<std::unique_ptr<JitModel>> compileModel(const std::string &weights) {
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      loadModel(std::string(example) + ".weir", sources, *context, ModelOptions(), diagnostics);
  if (!module)
    return Error{diagnostics.str()};
  Signature signature = readSignature(*module);
  Result<ParameterFile> parameters = readParameters(weights);
  if (!parameters)
    return parameters.takeError();
  if (Result<void> fits = checkParameters(signature, *parameters); !fits)
    return fits.takeError();
  auto model = JitModel::compile(*module, CompileOptions());
  if (model)
    if (Result<void> prepared = (*model)->prepare(*parameters); !prepared)
      return prepared.takeError();
  return model;
}

static std::vector<int64_t> largestOf(const Tensor &logits) {
  int64_t classes = logits.shape[1];
  std::vector<int64_t> best;
  for (int64_t i = 0; i < logits.shape[0]; ++i) {
    const float *row = logits.f32() + i * classes;
    best.push_back(std::max_element(row, row + classes) - row);
  }
  return best;
}

// How many images fit beside each other.
static size_t imagesPerLine() {
  winsize size = {};
  bool narrow = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_col < 118;
  return narrow ? 2 : 4;
}

// The first images of the set and the first that were mistaken for something else.
static std::string drawSome(const Tensor &images, const Tensor &labels,
                            const std::vector<int64_t> &predicted) {
  std::vector<size_t> right, wrong;
  for (size_t i = 0; i < predicted.size(); ++i)
    (predicted[i] == labels.i64()[i] ? right : wrong).push_back(i);
  bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
  std::string out;
  for (const std::vector<size_t> *group : {&right, &wrong}) {
    std::vector<std::span<const float>> pictures;
    std::vector<std::string> captions;
    for (size_t i : std::span(*group).first(std::min(imagesPerLine(), group->size()))) {
      pictures.emplace_back(images.f32() + i * 28 * 28, 28 * 28);
      std::string caption = fmt::format("{}: {}", i, classNames[predicted[i]]);
      if (group == &wrong)
        caption += fmt::format(", is {}", classNames[labels.i64()[i]]);
      captions.push_back(caption);
    }
    out += fmt::format("\n{}:\n{}", group == &right ? "Recognized" : "Mistaken",
                       drawImages(pictures, captions, colour));
  }
  return out;
}

// How many of the images are taken for what they are.
static int64_t countCorrect(const std::vector<int64_t> &predicted, const Tensor &labels) {
  int64_t correct = 0;
  for (size_t i = 0; i < predicted.size(); ++i)
    correct += predicted[i] == labels.i64()[i];
  return correct;
}

struct TestSet {
  std::vector<Tensor> inputs; // the images
  Tensor labels;
};

static Result<TestSet> readTestSet(const std::string &folder, std::span<const int64_t> imageShape) {
  Result<Tensor> images = readIdx(folder + "/t10k-images-idx3-ubyte.gz", IdxBytes::Scaled);
  if (images)
    images = asBatch(std::move(*images), imageShape);
  if (!images)
    return images.takeError();
  Result<Tensor> labels = readIdx(folder + "/t10k-labels-idx1-ubyte.gz", IdxBytes::AsIs);
  if (!labels)
    return labels.takeError();
  int64_t count = images->shape[0];
  bool known = std::all_of(labels->i64(), labels->i64() + labels->elements(),
                           [](int64_t label) { return label >= 0 && label < 10; });
  if (count == 0 || labels->shape != std::vector<int64_t>{count} || !known)
    return fail("{}: images and labels don't belong together", folder);
  TestSet set;
  set.inputs.push_back(std::move(*images));
  set.labels = std::move(*labels);
  return set;
}

static Result<void> demonstrate(const std::string &folder, const std::string &weights) {
  double start = seconds();
  auto model = compileModel(weights);
  if (!model)
    return model.takeError();
  double compiled = seconds() - start;
  Result<TestSet> set = readTestSet(folder, (*model)->signature().inputs[0].shape);
  if (!set)
    return set.takeError();
  int64_t count = set->labels.shape[0];
  auto pool = ThreadPool::create(ThreadPool::hardwareThreads());
  if (!pool)
    return pool.takeError();
  start = seconds();
  auto logits = (*model)->run(set->inputs, count, pool->get());
  double running = seconds() - start;
  if (!logits)
    return logits.takeError();

  std::vector<int64_t> predicted = largestOf(logits->front());
  fmt::print("{}\nmodel     examples/fashion_stride2.weir, compiled to machine code in {:.0f} ms\n"
             "images    {} classified in {:.1f} ms on {} thread{} ({:.1f} us per image)\n"
             "accuracy  {:.4f}\n",
             drawSome(set->inputs[0], set->labels, predicted), compiled * 1e3, count, running * 1e3,
             (*pool)->threads(), (*pool)->threads() == 1 ? "" : "s", running / double(count) * 1e6,
             double(countCorrect(predicted, set->labels)) / double(count));
  if (weights == pytorchWeights)
    return {};
  auto reference = compileModel(pytorchWeights);
  if (!reference)
    return reference.takeError();
  logits = (*reference)->run(set->inputs, count, pool->get());
  if (!logits)
    return logits.takeError();
  fmt::print("          {:.4f} with the weights that PyTorch learned by the same recipe\n",
             double(countCorrect(largestOf(logits->front()), set->labels)) / double(count));
  return {};
}

static constexpr const char *usage =
    "usage: weir-demo [FOLDER [WEIGHTS.safetensors]]\n\n"
    "Classifies the test images of Fashion-MNIST that lie in FOLDER,\n"
    "/usr/share/datasets/fashion-mnist if it isn't given, by these weights or those that\n"
    "come with examples/fashion_stride2.weir.\n";

int main(int argc, char **argv) {
  std::string folder = argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist";
  std::string weights = argc > 2 ? argv[2] : pytorchWeights;
  if (argc > 3 || folder.starts_with("-")) {
    fmt::print("{}", usage);
    return argc == 2 && (folder == "--help" || folder == "-h") ? 0 : 1;
  }
  if (Result<void> done = demonstrate(folder, weights); !done) {
    fmt::print(stderr, "weir-demo: {}\n", done.error().message);
    return 1;
  }
}
