//===- Peak.cpp - how fast this machine multiplies and adds at best ----------------------===//

#include "weir/Execution/Peak.h"

#include "BestRate.h"

#include "weir/Execution/Compiler.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace weir;

namespace {
// The loop of one thread: steps of `accumulators` vectors of `lanes` elements each.
struct Kernel {
  unsigned lanes, accumulators;
  double operationsPerStep() const { return 2.0 * lanes * accumulators; }
};
} // namespace

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

// Builds `void peak(int64_t steps, float *out)`:
//   a[i] = a[i] * x + y for all accumulators, `steps` times; out[0..lanes] = sum of a[i]
// with x and y read from `out`, so that nothing can be computed ahead of time. Each
// accumulator depends on itself alone; there are enough of them to hide the latency.
static void buildKernel(llvm::Module &module, const CpuTarget &target, const Kernel &kernel) {
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> builder(context);
  llvm::Type *number = builder.getFloatTy();
  llvm::Type *vector = llvm::FixedVectorType::get(number, kernel.lanes);
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {builder.getInt64Ty(), builder.getPtrTy()},
                              false),
      llvm::Function::ExternalLinkage, "peak", module);
  function->addFnAttr("target-cpu", target.cpu);
  function->addFnAttr("target-features", target.features);
  llvm::Value *steps = function->getArg(0), *out = function->getArg(1);
  auto *entry = llvm::BasicBlock::Create(context, "entry", function);
  auto *loop = llvm::BasicBlock::Create(context, "loop", function);
  auto *done = llvm::BasicBlock::Create(context, "done", function);

  builder.SetInsertPoint(entry);
  llvm::Align align(4);
  llvm::Value *x = builder.CreateAlignedLoad(vector, out, align);
  llvm::Value *y = builder.CreateAlignedLoad(
      vector, builder.CreateConstGEP1_64(number, out, kernel.lanes), align);
  builder.CreateBr(loop);

  builder.SetInsertPoint(loop);
  llvm::PHINode *counter = builder.CreatePHI(builder.getInt64Ty(), 2);
  counter->addIncoming(builder.getInt64(0), entry);
  std::vector<llvm::PHINode *> accumulators;
  for (unsigned i = 0; i < kernel.accumulators; ++i) {
    accumulators.push_back(builder.CreatePHI(vector, 2));
    accumulators.back()->addIncoming(llvm::ConstantFP::get(vector, i), entry);
  }
  std::vector<llvm::Value *> next;
  for (llvm::PHINode *accumulator : accumulators) {
    llvm::Value *value =
        target.fusedMultiplyAdd
            ? builder.CreateIntrinsic(llvm::Intrinsic::fma, {vector}, {accumulator, x, y})
            : builder.CreateFAdd(builder.CreateFMul(accumulator, x), y);
    accumulator->addIncoming(value, loop);
    next.push_back(value);
  }
  llvm::Value *following = builder.CreateAdd(counter, builder.getInt64(1));
  counter->addIncoming(following, loop);
  builder.CreateCondBr(builder.CreateICmpULT(following, steps), loop, done);

  builder.SetInsertPoint(done);
  llvm::Value *sum = next[0];
  for (unsigned i = 1; i < kernel.accumulators; ++i)
    sum = builder.CreateFAdd(sum, next[i]);
  builder.CreateAlignedStore(sum, out, align);
  builder.CreateRetVoid();
}

static Result<std::unique_ptr<llvm::orc::LLJIT>> load(const CpuTarget &target,
                                                      const Kernel &kernel) {
  llvm::LLVMContext context;
  llvm::Module module("peak", context);
  auto machine = target.createTargetMachine();
  if (!machine)
    return asError(machine.takeError());
  module.setTargetTriple(llvm::Triple(target.triple));
  module.setDataLayout((*machine)->createDataLayout());
  buildKernel(module, target, kernel);
  auto object = emitMachineCode(module, target, /*assembly=*/false);
  if (!object)
    return asError(object.takeError());
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return asError(jit.takeError());
  if (llvm::Error error = (*jit)->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
          llvm::StringRef(object->data(), object->size()), "peak")))
    return asError(std::move(error));
  return std::move(*jit);
}

namespace {
struct Job {
  void (*peak)(int64_t, float *);
  int64_t steps;
  unsigned lanes;
};
} // namespace

static void runThread(void *context, int64_t begin, int64_t end) {
  const Job &job = *static_cast<Job *>(context);
  // x just below 1 and a small y keep the accumulators ordinary numbers.
  std::vector<float> memory(2 * job.lanes, 0.5f);
  std::fill_n(memory.begin(), job.lanes, 0.999f);
  for (int64_t i = begin; i < end; ++i)
    job.peak(job.steps, memory.data());
}

Result<double> weir::measurePeak(const CpuTarget &target, ThreadPool *pool) {
  // Two registers hold x and y; a few stay free.
  Kernel kernel{unsigned(target.vectorBits / 32), unsigned(target.vectorRegisters - 4)};
  Result<std::unique_ptr<llvm::orc::LLJIT>> jit = load(target, kernel);
  if (!jit)
    return jit.takeError();
  auto address = (*jit)->lookup("peak");
  if (!address)
    return asError(address.takeError());

  int64_t threads = pool ? pool->threads() : 1;
  Job job{address->toPtr<void(int64_t, float *)>(), 1000, kernel.lanes};
  // Runs take about 10 ms.
  double steps = bestRate(pool, runThread, &job, job.steps, /*runs=*/12, /*shortest=*/5e-3);
  return kernel.operationsPerStep() * double(threads) * steps;
}
