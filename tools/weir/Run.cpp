//===- Run.cpp - weir run: a model's outputs ----------------------------------===//

#include "CompileArguments.h"
#include "Examples.h"
#include "ModelSource.h"
#include "OutputFiles.h"
#include "PrintTensor.h"
#include "Tune.h"

#include "weir/Data/Npy.h"
#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Reference/Interpreter.h"

#include <cstring>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace weir {

namespace {

struct RunArguments {
  ModelArguments source;
  CompileArguments compile;
  std::vector<std::string> inputs, outputs;
  std::string engine = "jit";
  int64_t batch = 0; // 0: not given
  int64_t threads = ThreadPool::hardwareThreads();
  bool time = false;

  Result<void> parseOutputs(const Signature &signature,
                            std::map<std::string, std::string> &files) const;
};

// The two engines behind one call: outputs of some examples.
using Engine = std::function<Result<std::vector<Tensor>>(const std::vector<Tensor> &, int64_t)>;

} // namespace

Result<void> RunArguments::parseOutputs(const Signature &signature,
                                        std::map<std::string, std::string> &files) const {
  for (const std::string &text : outputs) {
    auto sides = splitAssignment("--output", text, "NAME=FILE.npy");
    if (!sides)
      return sides.takeError();
    std::vector<std::string> names;
    for (const Signature::Output &output : signature.outputs)
      names.push_back(output.name);
    if (std::find(names.begin(), names.end(), sides->first) == names.end())
      return fail("--output {}: model '{}' has no output {}; its outputs are {}", text,
                  signature.model, inQuotes(sides->first), fmt::join(names, ", "));
    if (!sides->second.ends_with(".npy"))
      return fail("--output {}: outputs are written as .npy files", text);
    if (!files.emplace(sides->first, sides->second).second)
      return fail("--output {}: {} is already given", text, inQuotes(sides->first));
  }
  std::vector<OutputFile> written;
  for (const auto &[name, path] : files)
    written.push_back({fmt::format("--output {}:", name), path});
  return checkOutputs(written, filesOf(inputs));
}

// Appends the outputs of a piece of the batch to those of the pieces before it.
static void append(const Signature &signature, std::vector<Tensor> piece, int64_t begin,
                   std::vector<Tensor> &whole) {
  for (size_t i = 0; i < piece.size(); ++i) {
    if (!signature.outputs[i].batched) {
      whole[i] = std::move(piece[i]);
      continue;
    }
    int64_t perExample = piece[i].shape[0] ? piece[i].byteCount() / piece[i].shape[0] : 0;
    std::memcpy(static_cast<std::byte *>(whole[i].data()) + begin * perExample, piece[i].data(),
                piece[i].byteCount());
  }
}

static Result<std::vector<Tensor>> runInPieces(const Signature &signature, const Examples &examples,
                                               int64_t pieceSize, const Engine &engine) {
  if (pieceSize <= 0 || pieceSize >= examples.count)
    return engine(examples.inputs, examples.count);
  std::vector<Tensor> outputs;
  for (const Signature::Output &output : signature.outputs) {
    Result<Tensor> tensor =
        Tensor::uninitialized(DType::F32, wholeShape(output.shape, output.batched, examples.count));
    if (!tensor)
      return tensor.takeError();
    outputs.push_back(std::move(*tensor));
  }
  for (int64_t begin = 0; begin < examples.count; begin += pieceSize) {
    int64_t count = std::min(pieceSize, examples.count - begin);
    auto piece = cutExamples(signature, examples, begin, count);
    if (!piece)
      return piece.takeError();
    auto results = engine(*piece, count);
    if (!results)
      return fail("examples {} to {}: {}", begin, begin + count - 1, results.error().message);
    append(signature, std::move(*results), begin, outputs);
  }
  return outputs;
}

static Engine makeReference(mlir::ModuleOp module, const ParameterFile &file) {
  auto parameters = std::make_shared<RefParameters>(toReference(file));
  return [module, parameters](const std::vector<Tensor> &inputs,
                              int64_t count) -> Result<std::vector<Tensor>> {
    std::vector<RefTensor> references;
    for (const Tensor &input : inputs)
      references.push_back(toReference(input));
    auto results = interpret(module, *parameters, references, count);
    if (!results)
      return Error{llvm::toString(results.takeError())};
    std::vector<Tensor> outputs;
    for (const RefTensor &result : *results) {
      Result<Tensor> tensor = fromReference(result);
      if (!tensor)
        return tensor.takeError();
      outputs.push_back(std::move(*tensor));
    }
    return outputs;
  };
}

// Files first, so that a full disk is known before anything is shown.
static int deliver(const Signature &signature, const std::vector<Tensor> &outputs,
                   const std::map<std::string, std::string> &files) {
  std::string text;
  bool shortened = false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string &name = signature.outputs[i].name;
    if (auto file = files.find(name); file == files.end())
      shortened |= printTensor(name, outputs[i], signature.outputs[i].batched, text);
    else if (Result<void> written = writeNpy(file->second, outputs[i]); !written)
      return userError(written.error());
  }
  if (int code = writeResult(text))
    return code;
  if (shortened)
    note("shortened; --output NAME=FILE.npy writes everything");
  return kDone;
}

// malloc keeps what is freed; weights and large batches want it.
static void returnFreedMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

static int run(const RunArguments &arguments) {
  Result<CompileOptions> options = arguments.compile.options();
  if (!options)
    return userError(options.error());
  bool jitted = arguments.engine == "jit";
  auto model = loadModel(arguments.source, jitted ? ContextUse::Compile : ContextUse::Look);
  if (!model)
    return kUserError;
  const Signature &signature = model->signature;
  std::map<std::string, std::string> files;
  if (Result<void> parsed = arguments.parseOutputs(signature, files); !parsed)
    return userError(parsed.error());

  Examples examples;
  if (arguments.inputs.empty() && !signature.inputs.empty()) {
    examples.count = std::max<int64_t>(arguments.batch, 1);
    note(fmt::format("no --input: {} random examples (seed {})", examples.count,
                     arguments.source.seed));
    auto random = makeRandomInputs(signature, examples.count, arguments.source.seed);
    if (!random)
      return userError(random.error());
    examples.inputs = std::move(*random);
  } else {
    Result<Examples> read = readExamples(signature, arguments.inputs);
    if (!read)
      return userError(read.error());
    examples = std::move(*read);
  }
  if (Result<void> ready = model->initialize(arguments.source); !ready)
    return userError(ready.error());

  if (arguments.compile.tune)
    if (auto exit =
            tuneModel(*model, arguments.source, arguments.compile, *options, arguments.threads))
      return *exit;

  StageTimes times{{"frontend", model->seconds}};
  std::unique_ptr<JitModel> jit;
  Result<std::unique_ptr<ThreadPool>> pool = ThreadPool::create(arguments.threads);
  if (!pool)
    return userError(pool.error());
  Engine engine;
  if (jitted) {
    auto compiled = JitModel::compile(*model->module, *options, &times);
    if (!compiled)
      return bug(compiled.error());
    jit = std::move(*compiled);
    // What the compiler took goes before the packed weights come.
    model->module = nullptr;
    model->context.reset();
    returnFreedMemory();
    double start = now();
    if (Result<void> prepared = jit->prepare(model->parameters); !prepared)
      return bug(prepared.error());
    times.push_back({"pack weights", now() - start});
    // From here on the packed weights are all that is needed.
    model->parameters = ParameterFile();
    returnFreedMemory();
    engine = [&](const std::vector<Tensor> &inputs, int64_t count) {
      return jit->run(inputs, count, pool->get());
    };
  } else {
    engine = makeReference(*model->module, model->parameters);
  }

  double start = now();
  auto outputs = runInPieces(signature, examples, arguments.batch, engine);
  double seconds = now() - start;
  // What engines refuse are ids outside their tables and sizes beyond the memory.
  if (!outputs)
    return userError(outputs.error());
  if (arguments.time)
    say(fmt::format("compile:\n{}run:\n  {} examples   {:>9.2f} ms, {:.0f} per second\n",
                    describeTimes(times), examples.count, seconds * 1e3,
                    double(examples.count) / seconds));
  return deliver(signature, *outputs, files);
}

int runCommand(const Arguments &arguments) {
  RunArguments run;
  CommandLine line(
      "run", "Computes a model's outputs.",
      "FILE is a .npy, a .npz (FILE.npz:KEY if it holds several arrays), an IDX file,\n"
      "gzipped or not (images are scaled to 0..1), columns of numbers of a table\n"
      "(FILE.csv:COLUMN, or FILE.csv:A,B for inputs of several), or numbers: 1,2,3 is\n"
      "three examples of a scalar or one of three; 1,2;3,4 is two rows. Axis 0 counts\n"
      "the examples. Without any --input the inputs are random, --batch of them.",
      "  weir run examples/from_scratch.weir --seed 1 --batch 4\n"
      "  weir run examples/collab_dot.weir --weights collab.safetensors \\\n"
      "      --input user=1,2,3 --input movie=10,20,30\n"
      "  weir run examples/collab_dot.weir --weights collab.safetensors \\\n"
      "      --input user=ids.csv:user --input movie=ids.csv:movie\n"
      "  weir run examples/fashion_stride2.weir --weights fashion.safetensors \\\n"
      "      --input image=t10k-images-idx3-ubyte.gz --output logits=logits.npy");
  run.source.declare(line);
  run.source.declareWeights(line);
  line.list("--input", "NAME=FILE", run.inputs, "an input's examples, see below");
  line.list("--output", "NAME=FILE.npy", run.outputs,
            "write an output to a file; outputs without one are printed");
  line.integer("--batch", "N", run.batch, 1, 1 << 30,
               "compute N examples at a time; the results are the same");
  line.integer("--threads", "N", run.threads, 1, ThreadPool::kMaxThreads,
               "all processors if absent; the results are the same to the last bit");
  line.choice("--engine", {"jit", "reference"}, run.engine,
              "machine code, or the interpreter in double precision");
  line.flag("--time", run.time, "say on standard error how long each stage took");
  run.compile.declare(line);
  run.compile.declareInference(line);
  run.compile.declareCache(line);
  run.compile.declareTune(line, "1 if absent, on --threads");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  if (run.engine == "reference" && run.compile.weightsAs != "f32")
    return userError(fail("--weights-as {} goes with --engine jit: the reference computes with the "
                          "weights as they are; `weir verify` compares the two",
                          run.compile.weightsAs));
  if (run.engine == "reference" && run.compile.forBatch != 0)
    return userError(fail("--for-batch goes with --engine jit: the reference compiles nothing"));
  if (run.engine == "reference" && run.compile.tune)
    return userError(fail("--tune goes with --engine jit: the reference compiles nothing"));
  return weir::run(run);
}

} // namespace weir
