//===- LoadableCode.cpp - code for this process, made by several threads ---------------===//
//
// Most of the time of a compilation is LLVM's, which works on one function after the
// other and, within one context, in one thread. So the module is copied into a context
// for each thread, which keeps its share of the functions.
//
//===----------------------------------------------------------------------===//

#include "LLVMStages.h"

#include "weir/Runtime/ThreadPool.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/ArchiveWriter.h"

#include <numeric>

using namespace weir;

using ObjectCode = llvm::SmallVector<char, 0>;

// A share of fewer instructions takes less time than another thread needs to begin.
static constexpr size_t kLeastShare = 2000;
static constexpr size_t kMostShares = 4;

static size_t countShares(const llvm::Module &module) {
  size_t instructions = 0;
  for (const llvm::Function &function : module)
    instructions += function.getInstructionCount();
  // Of what can change there must be only one.
  for (const llvm::GlobalVariable &global : module.globals())
    if (!global.isConstant())
      return 1;
  size_t processors = static_cast<size_t>(ThreadPool::hardwareThreads());
  return std::clamp<size_t>(instructions / kLeastShare, 1, std::min(processors, kMostShares));
}

// The share of each function, in their order: the largest first, each to the thread that
// has least to do. Depends on nothing but the module and the number of shares.
static std::vector<size_t> share(const llvm::Module &module, size_t shares) {
  std::vector<size_t> sizes;
  for (const llvm::Function &function : module)
    sizes.push_back(function.getInstructionCount());
  std::vector<size_t> order(sizes.size()), result(sizes.size()), load(shares);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sizes[a] > sizes[b]; });
  for (size_t i : order) {
    size_t least = std::min_element(load.begin(), load.end()) - load.begin();
    result[i] = least;
    load[least] += sizes[i];
  }
  return result;
}

// Makes declarations of the functions of other shares; they are never read.
static llvm::Error readShare(llvm::Module &module, llvm::ArrayRef<size_t> shares, size_t own) {
  for (auto [function, share] : llvm::zip_equal(module, shares))
    if (share != own && !function.isDeclaration())
      function.deleteBody();
  return module.materializeAll();
}

static llvm::Expected<ObjectCode> emitShare(llvm::StringRef bitcode, llvm::ArrayRef<size_t> shares,
                                            size_t own, const CpuTarget &target) {
  llvm::LLVMContext context;
  auto module = llvm::getLazyBitcodeModule(llvm::MemoryBufferRef(bitcode, "share"), context);
  if (!module)
    return module.takeError();
  if (llvm::Error error = readShare(**module, shares, own))
    return std::move(error);
  if (llvm::Error error = optimizeFunctions(**module, target))
    return std::move(error);
  return emitMachineCode(**module, target, /*assembly=*/false);
}

static llvm::Expected<ObjectCode> makeArchive(llvm::ArrayRef<ObjectCode> objects) {
  std::vector<llvm::NewArchiveMember> members;
  for (const ObjectCode &object : objects)
    members.emplace_back(
        llvm::MemoryBufferRef(llvm::StringRef(object.data(), object.size()), "share.o"));
  auto archive = llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NoSymtab,
                                            llvm::object::Archive::K_GNU, /*Deterministic=*/true,
                                            /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  llvm::StringRef bytes = (*archive)->getBuffer();
  return ObjectCode(bytes.begin(), bytes.end());
}

static llvm::Expected<ObjectCode> emitShares(llvm::Module &module, size_t count,
                                             const CpuTarget &target) {
  // Shares call each other's kernels, through tables of addresses: the loader may put them
  // more than the 2 GiB apart that a call reaches by itself.
  for (llvm::Function &function : module)
    if (function.hasLocalLinkage()) {
      function.setLinkage(llvm::GlobalValue::ExternalLinkage);
      function.setDSOLocal(false);
    }
  std::vector<size_t> shares = share(module, count);
  ObjectCode bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(module, stream);

  std::vector<ObjectCode> objects(count);
  std::vector<std::string> failures(count);
  auto emit = [&](size_t own) {
    auto object = emitShare({bitcode.data(), bitcode.size()}, shares, own, target);
    if (object)
      objects[own] = std::move(*object);
    else
      failures[own] = llvm::toString(object.takeError());
  };
  auto emitRange = [](void *context, int64_t begin, int64_t end) {
    for (int64_t own = begin; own < end; ++own)
      (*static_cast<decltype(emit) *>(context))(static_cast<size_t>(own));
  };
  // Where no thread can be had, this one makes all shares.
  if (auto pool = ThreadPool::create(static_cast<int>(count)))
    (*pool)->run(static_cast<int64_t>(count), emitRange, &emit);
  else
    emitRange(&emit, 0, static_cast<int64_t>(count));
  for (const std::string &failure : failures)
    if (!failure.empty())
      return llvm::createStringError(llvm::inconvertibleErrorCode(), failure);
  return makeArchive(objects);
}

llvm::Expected<ObjectCode> weir::emitLoadable(mlir::ModuleOp module, const CompileOptions &options,
                                              StageTimes *times) {
  llvm::LLVMContext context;
  auto ir = translate(module, context, options, times);
  if (!ir)
    return ir.takeError();
  size_t shares = countShares(**ir);
  if (shares > 1) {
    StageTimer timer(times, "llvm, threads");
    return emitShares(**ir, shares, options.target);
  }
  if (llvm::Error error = optimizeFunctions(**ir, options.target, times))
    return std::move(error);
  return emitMachineCode(**ir, options.target, /*assembly=*/false, times);
}
