//===- Jit.cpp - a model compiled and loaded into this process ---------------------------===//

#include "weir/Execution/Jit.h"

#include "weir/Execution/CodeCache.h"
#include "weir/Execution/LoadedObject.h"

#include "mlir/IR/BuiltinOps.h"

#include <chrono>

using namespace weir;

struct JitModel::Impl {
  Signature signature;
  std::unique_ptr<LoadedObject> object;
  int32_t (*runFunction)(weir_frame *) = nullptr;
  int32_t (*prepareFunction)(weir_frame *) = nullptr;
  int64_t (*arenaSize)(int64_t) = nullptr;
  int64_t preparedSize = 0;
  AlignedBytes preparedBlock;
  // Memory that run() keeps from call to call.
  AlignedBytes arena;
  int64_t arenaCapacity = -1;
};

JitModel::JitModel(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
JitModel::~JitModel() = default;

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

template <typename Function>
static Result<Function *> lookUp(const LoadedObject &object, const std::string &name) {
  Result<void *> address = object.find(name);
  if (!address)
    return address.takeError();
  return reinterpret_cast<Function *>(*address);
}

using ObjectCode = llvm::SmallVector<char, 0>;

static llvm::Expected<ObjectCode> compileObject(mlir::ModuleOp module,
                                                const CompileOptions &options, StageTimes *times) {
  if (llvm::Error error = lowerTo(module, Stage::LLVMDialect, options, times))
    return std::move(error);
  return emitLoadable(module, options, times);
}

// The same by way of the cache.
static llvm::Expected<ObjectCode>
findOrCompileObject(mlir::ModuleOp module, const CompileOptions &options, StageTimes *times) {
  auto start = std::chrono::steady_clock::now();
  CodeCache cache(options.cacheDirectory);
  std::string key = cache.key(module, options);
  std::optional<ObjectCode> kept = cache.find(key);
  if (times && !key.empty()) {
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    times->push_back({kept ? "from cache" : "look in cache", elapsed.count()});
  }
  if (kept)
    return std::move(*kept);
  llvm::Expected<ObjectCode> object = compileObject(module, options, times);
  if (object)
    cache.store(key, *object);
  return object;
}

Result<std::unique_ptr<JitModel>>
JitModel::compile(mlir::ModuleOp module, const CompileOptions &options, StageTimes *times) {
  auto impl = std::make_unique<Impl>();
  impl->signature = readSignature(module);
  llvm::Expected<ObjectCode> object = findOrCompileObject(module, options, times);
  if (!object)
    return asError(object.takeError());

  auto start = std::chrono::steady_clock::now();
  auto loaded = LoadedObject::load(*object, options.prefix);
  if (!loaded)
    return loaded.takeError();
  impl->object = std::move(*loaded);

  auto run = lookUp<int32_t(weir_frame *)>(*impl->object, options.prefix + "_run");
  auto prepare = lookUp<int32_t(weir_frame *)>(*impl->object, options.prefix + "_prepare");
  auto arenaSize = lookUp<int64_t(int64_t)>(*impl->object, options.prefix + "_arena_size");
  auto preparedSize = lookUp<int64_t(int64_t)>(*impl->object, options.prefix + "_prepared_size");
  if (!run)
    return run.takeError();
  if (!prepare)
    return prepare.takeError();
  if (!arenaSize)
    return arenaSize.takeError();
  if (!preparedSize)
    return preparedSize.takeError();
  impl->runFunction = *run;
  impl->prepareFunction = *prepare;
  impl->arenaSize = *arenaSize;
  impl->preparedSize = (*preparedSize)(0);
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (times)
    times->push_back({"load", elapsed.count()});
  return std::unique_ptr<JitModel>(new JitModel(std::move(impl)));
}

const Signature &JitModel::signature() const { return impl->signature; }
int64_t JitModel::preparedBytes() const { return impl->preparedSize; }
int64_t JitModel::arenaBytes(int64_t batch) const { return impl->arenaSize(batch); }
const void *JitModel::prepared() const { return impl->preparedBlock.get(); }

weir_status JitModel::call(weir_frame &frame) const {
  return static_cast<weir_status>(impl->runFunction(&frame));
}

Result<void> JitModel::prepare(const ParameterFile &parameters) {
  std::vector<const void *> inputs;
  for (const Signature::Parameter &spec : impl->signature.parameters) {
    const Tensor *tensor = parameters.find(spec.name);
    if (!tensor || tensor->dtype != DType::F32 || tensor->shape != spec.shape)
      return fail("parameter '{}' is missing or of another shape", spec.name);
    inputs.push_back(tensor->data());
  }
  Result<AlignedBytes> block = allocateAligned(std::max<int64_t>(impl->preparedSize, 1));
  if (!block)
    return block.takeError();
  Result<AlignedBytes> scratch = allocateAligned(std::max<int64_t>(arenaBytes(0), 1));
  if (!scratch)
    return scratch.takeError();
  void *outputs[] = {block->get()};
  weir_frame frame = {};
  frame.inputs = inputs.data();
  frame.outputs = outputs;
  frame.arena = scratch->get();
  impl->prepareFunction(&frame);
  impl->preparedBlock = std::move(*block);
  return {};
}

Result<std::vector<Tensor>> JitModel::run(const std::vector<Tensor> &inputs, int64_t batch,
                                          ThreadPool *pool) {
  const Signature &signature = impl->signature;
  if (!impl->preparedBlock)
    return fail("the model has no parameters yet: prepare() comes before run()");
  if (batch < 0)
    return fail("a batch of {} examples", batch);
  if (inputs.size() != signature.inputs.size())
    return fail("{} inputs expected, {} given", signature.inputs.size(), inputs.size());
  std::vector<const void *> inputPointers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Signature::Input &spec = signature.inputs[i];
    std::vector<int64_t> shape = wholeShape(spec.shape, spec.batched, batch);
    DType dtype = spec.isIndex ? DType::I64 : DType::F32;
    if (inputs[i].shape != shape || inputs[i].dtype != dtype)
      return fail("input '{}' is {} {}, expected {} {}", spec.name, toString(inputs[i].dtype),
                  shapeToString(inputs[i].shape), toString(dtype), shapeToString(shape));
    inputPointers.push_back(inputs[i].data());
  }
  std::vector<Tensor> outputs;
  std::vector<void *> outputPointers;
  for (const Signature::Output &spec : signature.outputs) {
    Result<Tensor> tensor =
        Tensor::uninitialized(DType::F32, wholeShape(spec.shape, spec.batched, batch));
    if (!tensor)
      return tensor.takeError();
    outputs.push_back(std::move(*tensor));
    outputPointers.push_back(outputs.back().data());
  }
  int64_t bytes = std::max<int64_t>(arenaBytes(batch), 1);
  if (bytes > impl->arenaCapacity) {
    Result<AlignedBytes> arena = allocateAligned(bytes);
    if (!arena)
      return arena.takeError();
    impl->arena = std::move(*arena);
    impl->arenaCapacity = bytes;
  }
  weir_frame frame = {};
  frame.batch = batch;
  frame.inputs = inputPointers.data();
  frame.outputs = outputPointers.data();
  frame.prepared = impl->preparedBlock.get();
  frame.arena = impl->arena.get();
  if (pool && pool->threads() > 1) {
    frame.parallel_for = ThreadPool::parallelFor;
    frame.pool = pool;
  }
  if (call(frame) == WEIR_INDEX_OUT_OF_RANGE)
    return fail("{}", describeBadId(signature.inputs[frame.error.input], frame.error.position,
                                    frame.error.value));
  return outputs;
}
