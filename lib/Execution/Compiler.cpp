//===- Compiler.cpp - from a model in the weir dialect to object code -----------------===//

#include "LLVMStages.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/InitAll.h"
#include "weir/Pipelines/CodeGenPipeline.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Scalar.h"
#include "llvm/Transforms/Utils.h"

using namespace weir;

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

llvm::Error weir::runStage(mlir::ModuleOp module, const char *stage, StageTimes *times,
                           llvm::function_ref<void(mlir::OpPassManager &)> build) {
  StageTimer timer(times, stage);
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(module.getContext(), [&](mlir::Diagnostic &diagnostic) {
    llvm::raw_string_ostream os(messages);
    os << "\n  " << diagnostic.getLocation() << ": " << diagnostic;
    return mlir::success();
  });
  mlir::PassManager manager(module.getContext());
  // The functions' forms are checked by passes at the borders of stages; verifying
  // after each pass as well would cost as much as the passes themselves.
#ifdef NDEBUG
  manager.enableVerifier(false);
#endif
  build(manager);
  if (mlir::failed(manager.run(module)))
    return makeError(llvm::Twine("the stage '") + stage + "' failed, a bug in Weir:" + messages);
  return llvm::Error::success();
}

std::unique_ptr<mlir::MLIRContext> weir::createContext() {
  mlir::DialectRegistry registry;
  registerAllWeirDialects(registry);
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  // Models are small: threads of the compiler's own would cost more than they save.
  return std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
}

llvm::Error weir::lowerTo(mlir::ModuleOp module, Stage stage, const CompileOptions &options,
                          StageTimes *times) {
  // A parameter that nothing reads vanishes on the way; the others keep their numbers.
  if (!module->hasAttr("weir.parameters")) {
    llvm::SmallVector<mlir::Attribute> names;
    module.walk([&](ParamOp param) { names.push_back(param.getNameAttr()); });
    module->setAttr("weir.parameters", mlir::ArrayAttr::get(module.getContext(), names));
  }
  CodeGenOptions codegen = CodeGenOptions::forTarget(options.target, options.prefix);
  codegen.parallelWork = options.parallelWork;
  codegen.weights = options.weights;
  struct Step {
    Stage stage;
    const char *name;
    std::function<void(mlir::OpPassManager &)> build;
  };
  const Step steps[] = {
      {Stage::Rewritten, "rewrite",
       [&](mlir::OpPassManager &manager) { buildRewritePipeline(manager, options.rewrites); }},
      {Stage::Linalg, "linalg",
       [&](mlir::OpPassManager &manager) { buildLinalgPipeline(manager, codegen); }},
      {Stage::Vector, "vector",
       [&](mlir::OpPassManager &manager) { buildVectorPipeline(manager, codegen); }},
      {Stage::LLVMDialect, "llvm dialect",
       [&](mlir::OpPassManager &manager) { buildLLVMPipeline(manager, codegen); }}};
  for (const Step &step : steps) {
    if (llvm::Error error = runStage(module, step.name, times, step.build))
      return error;
    if (step.stage == stage)
      break;
  }
  return llvm::Error::success();
}

static llvm::Error runPasses(llvm::Module &module, const CpuTarget &target,
                             llvm::StringRef pipeline) {
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = target.createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::PassBuilder builder(machine->get());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(passes, pipeline))
    return error;
  passes.run(module, modules);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::Module>> weir::translate(mlir::ModuleOp module,
                                                              llvm::LLVMContext &context,
                                                              const CompileOptions &options,
                                                              StageTimes *times) {
  StageTimer timer(times, "llvm ir");
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      options.target.createTargetMachine();
  if (!machine)
    return machine.takeError();
  std::unique_ptr<llvm::Module> result =
      mlir::translateModuleToLLVMIR(module, context, options.prefix);
  if (!result)
    return makeError("translating to LLVM IR failed, a bug in Weir");
  result->setTargetTriple(llvm::Triple(options.target.triple));
  result->setDataLayout((*machine)->createDataLayout());
  for (llvm::Function &function : *result)
    if (!function.isDeclaration()) {
      // Nobody compares kernels' addresses, so that equal ones may be merged.
      if (function.hasLocalLinkage())
        function.setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
      function.addFnAttr("target-cpu", options.target.cpu);
      function.addFnAttr("target-features", options.target.features);
    }
  // Layers of one shape, and of one place in the arena, have kernels that are the same to
  // the letter.
  if (llvm::Error error = runPasses(*result, options.target, "mergefunc,globaldce"))
    return std::move(error);
  return result;
}

// What Weir writes is in SSA form, vectorized and unrolled as it should be. LLVM has to
// clear away descriptors and repeated index arithmetic and to take out of loops what
// doesn't change in them; its standard pipelines take eight times as long and find
// nothing more.
llvm::Error weir::optimizeFunctions(llvm::Module &module, const CpuTarget &target,
                                    StageTimes *times) {
  StageTimer timer(times, "llvm passes");
  return runPasses(module, target,
                   "function(early-cse<memssa>,simplifycfg,"
                   "instcombine<no-verify-fixpoint;max-iterations=1>,loop-mssa(licm),"
                   "early-cse,simplifycfg),globaldce");
}

llvm::Expected<std::unique_ptr<llvm::Module>> weir::translateToLLVM(mlir::ModuleOp module,
                                                                    llvm::LLVMContext &context,
                                                                    const CompileOptions &options,
                                                                    StageTimes *times) {
  auto result = translate(module, context, options, times);
  if (!result)
    return result.takeError();
  if (llvm::Error error = optimizeFunctions(**result, options.target, times))
    return std::move(error);
  return result;
}

namespace {
// LLVM's passes but for those that cost time and find nothing.
class CodeGenPasses : public llvm::legacy::PassManager {
public:
  explicit CodeGenPasses(const llvm::Triple &triple) {
    // Addresses are written as the processor wants them: one register per row, one index.
    // To find that out takes a third of the time of code generation; the other pass only
    // prepares for it.
    for (llvm::Pass *pass :
         {llvm::createLoopStrengthReducePass(), llvm::createCanonicalizeFreezeInLoopsPass()})
      left.insert(std::unique_ptr<llvm::Pass>(pass)->getPassID());
    // These processors bring instructions into an order of their own, and what has to come
    // early was scheduled before registers were chosen.
    if (triple.isX86())
      left.insert(&llvm::PostRASchedulerID);
  }

  void add(llvm::Pass *pass) override {
    if (left.contains(pass->getPassID()))
      delete pass;
    else
      PassManager::add(pass);
  }

private:
  llvm::SmallPtrSet<llvm::AnalysisID, 4> left;
};
} // namespace

llvm::Expected<llvm::SmallVector<char, 0>> weir::emitMachineCode(llvm::Module &module,
                                                                 const CpuTarget &target,
                                                                 bool assembly, StageTimes *times) {
  StageTimer timer(times, "machine code");
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = target.createTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  CodeGenPasses passes(module.getTargetTriple());
  auto type = assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, type))
    return makeError("LLVM can't emit a file for " + target.triple);
  passes.run(module);
  return buffer;
}
