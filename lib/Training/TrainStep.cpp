//===- TrainStep.cpp - a step of training as machine code ---------------------------===//

#include "weir/Training/TrainStep.h"

#include "weir/Execution/LoadedObject.h"
#include "weir/Execution/Parameters.h"
#include "weir/Pipelines/TrainingPipeline.h"
#include "weir/Runtime/weir_runtime.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

using namespace weir;

struct TrainStep::Impl {
  Signature signature;
  size_t sums = 0, dataInputs = 0, hypers = 0;
  bool random = false;
  std::unique_ptr<LoadedObject> object;
  int32_t (*step)(weir_frame *) = nullptr;
  int64_t (*arenaSize)(int64_t) = nullptr;
  int32_t (*catchUp)(weir_frame *) = nullptr; // null if no updates are deferred
  // In the order of the step's outputs after the sums.
  std::vector<Tensor> parameters;
  std::vector<std::string> names;
  AlignedBytes arena;
  int64_t arenaCapacity = -1;

  // Of tables whose updates are deferred: the steps since all were brought up to date,
  // their hyperparameters, and how many of them each row has seen.
  int32_t stepsDone = 0;
  int64_t historySteps = 0;
  std::vector<float> history;
  std::vector<std::vector<int32_t>> lastSteps;

  void forgetSteps() {
    stepsDone = 0;
    for (std::vector<int32_t> &last : lastSteps)
      std::fill(last.begin(), last.end(), 0);
  }
  void addTables(std::vector<const void *> &inputs, std::vector<void *> &outputs) {
    if (!catchUp)
      return;
    inputs.push_back(&stepsDone);
    inputs.push_back(history.data());
    for (std::vector<int32_t> &last : lastSteps)
      outputs.push_back(last.data());
  }
};

static const char *nameOf(TablePolicy policy) {
  switch (policy) {
  case TablePolicy::Deferred:
    return "deferred";
  case TablePolicy::Dense:
    return "dense";
  case TablePolicy::Lazy:
    return "lazy";
  }
  llvm_unreachable("all policies are named");
}

TrainStep::TrainStep(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
TrainStep::~TrainStep() = default;

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

// Which inputs are data, the random key and hyperparameters, and how many outputs are
// sums, from the attributes of `train_step`.
static void readLayout(mlir::ModuleOp module, size_t &data, bool &random, size_t &hypers,
                       size_t &sums) {
  auto step = *module.getOps<mlir::func::FuncOp>().begin();
  for (unsigned i = 0; i < step.getNumArguments(); ++i) {
    if (step.getArgAttr(i, "weir.hyper"))
      ++hypers;
    else if (step.getArgAttr(i, "weir.random"))
      random = true;
    else
      ++data;
  }
  for (unsigned i = 0; i < step.getNumResults(); ++i)
    sums += !step.getResultAttr(i, "weir.update_of");
}

Result<std::unique_ptr<TrainStep>> TrainStep::compile(mlir::ModuleOp module,
                                                      const TrainStepOptions &stepOptions,
                                                      const CompileOptions &options,
                                                      StageTimes *times) {
  for (auto function : llvm::make_early_inc_range(module.getOps<mlir::func::FuncOp>()))
    if (function.getName() != "train" && function.getName() != "optimizer")
      function.erase();
  auto impl = std::make_unique<Impl>();
  CodeGenOptions codegen = CodeGenOptions::forTarget(options.target, options.prefix);
  codegen.parallelWork = options.parallelWork;
  if (llvm::Error error =
          runStage(module, "differentiate", times, [&](mlir::OpPassManager &manager) {
            buildTrainStepPipeline(manager, stepOptions.clipNorm, nameOf(stepOptions.tables),
                                   stepOptions.deferredElements);
          }))
    return asError(std::move(error));
  impl->signature = readSignature(module);
  readLayout(module, impl->dataInputs, impl->random, impl->hypers, impl->sums);
  if (llvm::Error error = runStage(module, "vector", times, [&](mlir::OpPassManager &manager) {
        buildTrainCodePipeline(manager, codegen);
      }))
    return asError(std::move(error));
  for (mlir::Attribute name : module->getAttrOfType<mlir::ArrayAttr>("weir.step_parameters"))
    impl->names.push_back(mlir::cast<mlir::StringAttr>(name).getValue().str());
  if (auto rows = module->getAttrOfType<mlir::DenseI64ArrayAttr>("weir.step_tables")) {
    for (int64_t count : rows.asArrayRef())
      impl->lastSteps.emplace_back(count);
    impl->historySteps = module->getAttrOfType<mlir::IntegerAttr>("weir.step_history").getInt();
    impl->history.resize(impl->historySteps * std::max<size_t>(impl->hypers, 1));
  }
  if (llvm::Error error =
          runStage(module, "llvm dialect", times,
                   [&](mlir::OpPassManager &manager) { buildLLVMPipeline(manager, codegen); }))
    return asError(std::move(error));
  auto object = emitLoadable(module, options, times);
  if (!object)
    return asError(object.takeError());
  auto loaded = LoadedObject::load(*object, options.prefix);
  if (!loaded)
    return loaded.takeError();
  impl->object = std::move(*loaded);
  auto step = impl->object->find(options.prefix + "_train_step");
  if (!step)
    return step.takeError();
  auto arenaSize = impl->object->find(options.prefix + "_arena_size");
  if (!arenaSize)
    return arenaSize.takeError();
  if (!impl->lastSteps.empty()) {
    auto catchUp = impl->object->find(options.prefix + "_catch_up");
    if (!catchUp)
      return catchUp.takeError();
    impl->catchUp = reinterpret_cast<int32_t (*)(weir_frame *)>(*catchUp);
  }
  impl->step = reinterpret_cast<int32_t (*)(weir_frame *)>(*step);
  impl->arenaSize = reinterpret_cast<int64_t (*)(int64_t)>(*arenaSize);
  return std::unique_ptr<TrainStep>(new TrainStep(std::move(impl)));
}

const Signature &TrainStep::signature() const { return impl->signature; }
size_t TrainStep::sums() const { return impl->sums; }
int64_t TrainStep::stepsDeferred() const { return impl->stepsDone; }

Result<void> TrainStep::initialize(uint64_t seed) {
  Result<ParameterFile> initial = initializeParameters(impl->signature, seed);
  if (!initial)
    return initial.takeError();
  impl->parameters.clear();
  impl->forgetSteps();
  for (const std::string &name : impl->names) {
    Result<Tensor> copy = initial->find(name)->clone();
    if (!copy)
      return copy.takeError();
    impl->parameters.push_back(std::move(*copy));
  }
  return {};
}

Result<void> TrainStep::load(const ParameterFile &parameters) {
  if (Result<void> done = catchUp(); !done)
    return done;
  for (const NamedTensor &entry : parameters) {
    auto position = std::find(impl->names.begin(), impl->names.end(), entry.name);
    if (position == impl->names.end())
      return fail("no parameter or state is called '{}'", entry.name);
    Tensor &own = impl->parameters[position - impl->names.begin()];
    if (entry.tensor.dtype != DType::F32 || entry.tensor.shape != own.shape)
      return fail("'{}' is {} {}, expected f32 {}", entry.name, toString(entry.tensor.dtype),
                  shapeToString(entry.tensor.shape), shapeToString(own.shape));
    std::copy_n(static_cast<const float *>(entry.tensor.data()), own.elements(), own.f32());
  }
  return {};
}

Result<void> TrainStep::catchUp(ThreadPool *pool) {
  if (impl->stepsDone == 0)
    return {};
  // Only the buffers that tables need are read.
  std::vector<const void *> inputs(impl->dataInputs + impl->random + impl->hypers, nullptr);
  std::vector<void *> outputs(impl->sums, nullptr);
  for (Tensor &parameter : impl->parameters)
    outputs.push_back(parameter.data());
  impl->addTables(inputs, outputs);
  weir_frame frame = {};
  frame.batch = 1;
  frame.inputs = inputs.data();
  frame.outputs = outputs.data();
  if (pool && pool->threads() > 1) {
    frame.parallel_for = ThreadPool::parallelFor;
    frame.pool = pool;
  }
  if (impl->catchUp(&frame) != WEIR_OK)
    return fail("the catching up refused its arguments, a bug in Weir");
  impl->forgetSteps();
  return {};
}

const Tensor *TrainStep::find(std::string_view name) const {
  for (size_t i = 0; i < impl->parameters.size(); ++i)
    if (impl->names[i] == name)
      return &impl->parameters[i];
  return nullptr;
}

Result<std::vector<double>> TrainStep::run(std::span<const Tensor *const> inputs,
                                           std::span<const double> hypers, uint64_t seed,
                                           int64_t step, int64_t batch, ThreadPool *pool) {
  const Signature &signature = impl->signature;
  if (impl->catchUp && impl->stepsDone == impl->historySteps)
    if (Result<void> done = catchUp(pool); !done)
      return done.takeError();
  if (impl->parameters.size() != impl->names.size())
    return fail("the parameters have no values yet: initialize() comes before run()");
  if (batch < 1)
    return fail("a step needs at least one example, found {}", batch);
  if (inputs.size() != impl->dataInputs || hypers.size() != impl->hypers)
    return fail("{} tensors and {} hyperparameters expected, {} and {} given", impl->dataInputs,
                impl->hypers, inputs.size(), hypers.size());
  std::vector<const void *> inputPointers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Signature::Input &spec = signature.inputs[i];
    std::vector<int64_t> shape = wholeShape(spec.shape, spec.batched, batch);
    DType dtype = spec.isIndex ? DType::I64 : DType::F32;
    if (inputs[i]->shape != shape || inputs[i]->dtype != dtype)
      return fail("'{}' is {} {}, expected {} {}", spec.name, toString(inputs[i]->dtype),
                  shapeToString(inputs[i]->shape), toString(dtype), shapeToString(shape));
    inputPointers.push_back(inputs[i]->data());
  }
  const int64_t key[2] = {static_cast<int64_t>(seed), step};
  if (impl->random)
    inputPointers.push_back(key);
  std::vector<float> scalars(hypers.begin(), hypers.end());
  for (const float &scalar : scalars)
    inputPointers.push_back(&scalar);

  std::vector<float> sums(impl->sums, 0.0f);
  std::vector<void *> outputs;
  for (float &sum : sums)
    outputs.push_back(&sum);
  for (Tensor &parameter : impl->parameters)
    outputs.push_back(parameter.data());
  impl->addTables(inputPointers, outputs);

  int64_t bytes = std::max<int64_t>(impl->arenaSize(batch), 1);
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
  frame.outputs = outputs.data();
  frame.arena = impl->arena.get();
  frame.prepared = impl->arena.get(); // a step has nothing prepared; it may not be null
  if (pool && pool->threads() > 1) {
    frame.parallel_for = ThreadPool::parallelFor;
    frame.pool = pool;
  }
  int32_t status = impl->step(&frame);
  if (status == WEIR_INDEX_OUT_OF_RANGE)
    return fail("{}", describeBadId(signature.inputs[frame.error.input], frame.error.position,
                                    frame.error.value));
  if (status != WEIR_OK)
    return fail("the step refused its arguments, a bug in Weir");
  if (impl->catchUp) {
    std::copy(scalars.begin(), scalars.end(),
              impl->history.begin() + impl->stepsDone * impl->hypers);
    ++impl->stepsDone;
  }
  return std::vector<double>(sums.begin(), sums.end());
}
