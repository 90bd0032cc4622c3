//===- Aot.cpp - a model as an object file with a C header ------------------------------===//

#include "weir/Execution/Aot.h"

#include "Variants.h"

#include "weir/Execution/Jit.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"

using namespace weir;

bool weir::isCIdentifier(llvm::StringRef text) {
  return !text.empty() && !llvm::isDigit(text.front()) &&
         llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

// The packed parameters. They are packed here and now, by code for this machine that
// obeys the strategy for the target.
static Result<std::unique_ptr<JitModel>>
packWeights(mlir::ModuleOp module, const CompileOptions &options, const ParameterFile &weights) {
  CompileOptions here = options;
  const CpuTarget &target = options.target;
  here.target = CpuTarget::host();
  here.target.fusedMultiplyAdd &= target.fusedMultiplyAdd;
  here.target.rootEstimates &= target.rootEstimates;
  here.target.vectorBits = target.vectorBits;
  here.target.vectorRegisters = target.vectorRegisters;
  here.target.cacheBytes = target.cacheBytes;
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  Result<std::unique_ptr<JitModel>> model = JitModel::compile(*copy, here);
  if (!model)
    return model;
  if (Result<void> prepared = (*model)->prepare(weights); !prepared)
    return prepared.takeError();
  return model;
}

// const void *NAME_weights(void): the packed parameters, read-only and aligned.
static void embed(llvm::Module &module, const JitModel &model, const std::string &name) {
  llvm::LLVMContext &context = module.getContext();
  llvm::StringRef bytes(static_cast<const char *>(model.prepared()), model.preparedBytes());
  auto *data = llvm::ConstantDataArray::getString(context, bytes, /*AddNull=*/false);
  auto *global =
      new llvm::GlobalVariable(module, data->getType(), /*isConstant=*/true,
                               llvm::GlobalValue::InternalLinkage, data, name + "_weights_data");
  global->setAlignment(llvm::Align(64));
  auto *type = llvm::FunctionType::get(llvm::PointerType::get(context, 0), false);
  auto *function =
      llvm::Function::Create(type, llvm::Function::ExternalLinkage, name + "_weights", module);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", function));
  builder.CreateRet(global);
}

// int NAME_message(int status, const weir_frame *frame, char *buffer, size_t size):
// what went wrong, in words, as snprintf writes it.
static void addMessageFunction(llvm::Module &module, const Signature &signature,
                               const std::string &name) {
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> builder(context);
  llvm::Type *pointer = builder.getPtrTy(), *i32 = builder.getInt32Ty(),
             *i64 = builder.getInt64Ty();
  auto print = module.getOrInsertFunction(
      "snprintf", llvm::FunctionType::get(i32, {pointer, i64, pointer}, /*isVarArg=*/true));
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(i32, {i32, pointer, pointer, i64}, false),
                             llvm::Function::ExternalLinkage, name + "_message", module);
  llvm::Value *status = function->getArg(0), *frame = function->getArg(1);
  llvm::Value *buffer = function->getArg(2), *size = function->getArg(3);
  auto *entry = llvm::BasicBlock::Create(context, "entry", function);
  auto sayAndReturn = [&](llvm::BasicBlock *block, const std::string &text,
                          llvm::ArrayRef<llvm::Value *> values) {
    builder.SetInsertPoint(block);
    llvm::SmallVector<llvm::Value *> arguments = {buffer, size,
                                                  builder.CreateGlobalString(text, name + "_text")};
    llvm::append_range(arguments, values);
    builder.CreateRet(builder.CreateCall(print, arguments));
  };
  auto addBlock = [&] { return llvm::BasicBlock::Create(context, "", function); };

  llvm::BasicBlock *other = addBlock(), *ok = addBlock(), *badId = addBlock();
  builder.SetInsertPoint(entry);
  auto *choice = builder.CreateSwitch(status, other, 2);
  choice->addCase(builder.getInt32(WEIR_OK), ok);
  choice->addCase(builder.getInt32(WEIR_INDEX_OUT_OF_RANGE), badId);
  sayAndReturn(ok, "no error", {});
  sayAndReturn(other, "a null pointer or a negative batch", {});

  builder.SetInsertPoint(badId);
  auto field = [&](size_t offset) {
    return builder.CreateLoad(i64, builder.CreateConstGEP1_64(builder.getInt8Ty(), frame, offset));
  };
  llvm::Value *input = field(offsetof(weir_frame, error.input));
  llvm::Value *position = field(offsetof(weir_frame, error.position));
  llvm::Value *value = field(offsetof(weir_frame, error.value));
  auto *which = builder.CreateSwitch(input, other, signature.inputs.size());
  for (auto [i, spec] : llvm::enumerate(signature.inputs)) {
    if (!spec.isIndex)
      continue;
    llvm::BasicBlock *block = addBlock();
    which->addCase(builder.getInt64(i), block);
    sayAndReturn(block,
                 "input '" + spec.name +
                     "': the id at position %lld is %lld, but ids go from 0 to " +
                     std::to_string(spec.cardinality - 1),
                 {position, value});
  }
}

Result<std::vector<CpuTarget>> weir::parseLevels(llvm::StringRef list) {
  llvm::SmallVector<llvm::StringRef> names;
  list.split(names, ',');
  std::vector<CpuTarget> targets;
  int last = 0;
  for (llvm::StringRef name : names) {
    std::optional<int> level = x86Level(name);
    if (!level || *level <= last)
      return fail("'{}': an object for several processors takes levels of x86-64, the lowest "
                  "first: x86-64, x86-64-v2, x86-64-v3, x86-64-v4",
                  list.str());
    last = *level;
    llvm::Expected<CpuTarget> target = CpuTarget::named("x86_64-unknown-linux-gnu", name, "");
    if (!target)
      return asError(target.takeError());
    targets.push_back(std::move(*target));
  }
  return targets;
}

// One target's functions, and its packed weights if they are wanted.
static Result<std::unique_ptr<llvm::Module>> compileFor(mlir::ModuleOp module,
                                                        llvm::LLVMContext &context,
                                                        const CompileOptions &options,
                                                        const ParameterFile *weights) {
  std::unique_ptr<JitModel> packed;
  if (weights) {
    Result<std::unique_ptr<JitModel>> model = packWeights(module, options, *weights);
    if (!model)
      return model.takeError();
    packed = std::move(*model);
  }
  if (llvm::Error error = lowerTo(module, Stage::LLVMDialect, options))
    return asError(std::move(error));
  auto ir = translateToLLVM(module, context, options);
  if (!ir)
    return asError(ir.takeError());
  if (packed)
    embed(**ir, *packed, options.prefix);
  return std::move(*ir);
}

// The functions of every level in one module, behind names that the loader resolves.
static Result<std::unique_ptr<llvm::Module>>
compileLevels(mlir::ModuleOp module, llvm::LLVMContext &context, const AotOptions &options) {
  std::unique_ptr<llvm::Module> all;
  std::vector<int> levels;
  for (const CpuTarget &target : options.levels) {
    levels.push_back(*x86Level(target.cpu));
    CompileOptions compile = options.compile;
    compile.target = target;
    compile.prefix = options.name + "_v" + std::to_string(levels.back());
    mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
    auto ir = compileFor(*copy, context, compile, options.embedWeights);
    if (!ir)
      return ir.takeError();
    if (!all)
      all = std::move(*ir);
    else if (llvm::Linker::linkModules(*all, std::move(*ir)))
      return fail("the code for several processors doesn't go together, a bug in Weir");
  }
  std::vector<llvm::StringRef> suffixes = {"_run", "_arena_size"};
  if (options.embedWeights)
    suffixes.push_back("_weights");
  else
    suffixes.insert(suffixes.end(), {"_prepare", "_prepared_size"});
  addDispatch(*all, options.name, levels, suffixes);
  return all;
}

Result<AotResult> weir::compileAheadOfTime(mlir::ModuleOp module, const AotOptions &options) {
  if (!isCIdentifier(options.name))
    return fail("'{}' can't start the names of C functions: letters, digits and _ only",
                options.name);
  Signature signature = readSignature(module);
  CompileOptions compile = options.compile;
  compile.prefix = options.name;
  llvm::LLVMContext context;
  auto ir = options.levels.empty() ? compileFor(module, context, compile, options.embedWeights)
                                   : compileLevels(module, context, options);
  if (!ir)
    return ir.takeError();
  addMessageFunction(**ir, signature, options.name);
  auto object = emitMachineCode(**ir, compile.target, /*assembly=*/false);
  if (!object)
    return asError(object.takeError());
  AotResult result;
  result.object = std::move(*object);
  std::optional<int64_t> bytes;
  if (auto size = module->getAttrOfType<mlir::IntegerAttr>("weir.prepared_bytes"))
    bytes = size.getInt();
  result.header = writeHeader(signature, options.name, options.embedWeights != nullptr, bytes);
  return result;
}
