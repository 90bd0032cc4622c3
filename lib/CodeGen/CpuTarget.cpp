//===- CpuTarget.cpp - what code is generated for -------------------------------------===//

#include "weir/CodeGen/CpuTarget.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>
#include <unistd.h>

using namespace weir;

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers(); // for the processor's own question, cpuid
  });
}

static llvm::Error fail(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

static const llvm::Target *findTarget(llvm::StringRef triple, std::string &message) {
  initializeTargets();
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(triple), message);
}

// Fills in what the code generator decides by, from what the processor has.
static void describeVectors(CpuTarget &target, const llvm::MCSubtargetInfo &subtarget) {
  llvm::Triple triple(target.triple);
  auto has = [&](const char *feature) { return subtarget.checkFeatures(feature); };
  if (triple.isX86()) {
    bool wide = has("+avx512f") && has("+avx512vl");
    target.vectorBits = wide ? 512 : has("+avx") ? 256 : 128;
    target.vectorRegisters = wide ? 32 : triple.isArch64Bit() ? 16 : 8;
    target.fusedMultiplyAdd = has("+fma");
    target.rootEstimates = wide && has("+fma");
  } else if (triple.isAArch64()) {
    target.vectorBits = 128;
    target.vectorRegisters = 32;
    target.fusedMultiplyAdd = true;
    target.rootEstimates = false;
  } else {
    target.vectorBits = 128;
    target.vectorRegisters = 16;
    target.fusedMultiplyAdd = false;
    target.rootEstimates = false;
  }
}

CpuTarget CpuTarget::host() {
  CpuTarget target;
  target.triple = llvm::sys::getProcessTriple();
  target.cpu = llvm::sys::getHostCPUName().str();
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (auto &feature : features) {
    if (!target.features.empty())
      target.features += ",";
    target.features += (feature.second ? "+" : "-") + feature.first().str();
  }
  std::string message;
  if (const llvm::Target *found = findTarget(target.triple, message)) {
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
        found->createMCSubtargetInfo(llvm::Triple(target.triple), target.cpu, target.features));
    describeVectors(target, *subtarget);
  }
#ifdef _SC_LEVEL2_CACHE_SIZE
  long cache = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (cache > 0)
    target.cacheBytes = cache;
#endif
  return target;
}

llvm::Expected<CpuTarget> CpuTarget::named(llvm::StringRef triple, llvm::StringRef cpu,
                                           llvm::StringRef features) {
  CpuTarget target;
  target.triple = triple.empty() ? llvm::sys::getProcessTriple() : llvm::Triple::normalize(triple);
  target.cpu = cpu.empty() ? "generic" : cpu.str();
  if (cpu.empty() && llvm::Triple(target.triple).getArch() == llvm::Triple::x86_64)
    target.cpu = "x86-64";
  target.features = features.str();
  std::string message;
  const llvm::Target *found = findTarget(target.triple, message);
  if (!found)
    return fail("unknown target triple '" + target.triple + "'");
  llvm::Triple parsed(target.triple);
  if (!parsed.isX86() && !parsed.isAArch64() && !parsed.isRISCV())
    return fail("'" + target.triple +
                "' is not a processor that Weir generates code for: x86, "
                "aarch64 and riscv are");
  if (!parsed.isLittleEndian())
    return fail("'" + target.triple +
                "' is big-endian; parameter files and packed weights are little-endian");
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(found->createMCSubtargetInfo(parsed, "", ""));
  if (!subtarget->isCPUStringValid(target.cpu))
    return fail("unknown processor '" + target.cpu + "' for " + target.triple);
  llvm::SmallVector<llvm::StringRef> wanted;
  features.split(wanted, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef feature : wanted) {
    llvm::StringRef name = feature.drop_front();
    bool known = feature.starts_with("+") || feature.starts_with("-");
    known &= llvm::any_of(subtarget->getAllProcessorFeatures(),
                          [&](const llvm::SubtargetFeatureKV &kv) { return name == kv.Key; });
    if (!known)
      return fail("unknown processor feature '" + feature + "' for " + target.triple +
                  ": features are written +NAME or -NAME, separated by commas");
  }
  subtarget.reset(found->createMCSubtargetInfo(parsed, target.cpu, target.features));
  describeVectors(target, *subtarget);
  return target;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> CpuTarget::createTargetMachine() const {
  std::string message;
  const llvm::Target *found = findTarget(triple, message);
  if (!found)
    return fail(message);
  llvm::TargetOptions options;
  // Contraction of separate multiplications and additions would make an element's bits
  // depend on how the surrounding loop was optimized.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  std::unique_ptr<llvm::TargetMachine> machine(
      found->createTargetMachine(llvm::Triple(triple), cpu, features, options, llvm::Reloc::PIC_,
                                 std::nullopt, llvm::CodeGenOptLevel::Default));
  if (!machine)
    return fail("LLVM can't generate code for " + triple);
  return machine;
}
