//===- Variants.cpp - one object for several instruction sets ---------------------------===//

#include "Variants.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Module.h"

using namespace weir;
using llvm::IRBuilder;
using llvm::Value;

std::optional<int> weir::x86Level(llvm::StringRef cpu) {
  return llvm::StringSwitch<std::optional<int>>(cpu)
      .Case("x86-64", 1)
      .Case("x86-64-v2", 2)
      .Case("x86-64-v3", 3)
      .Case("x86-64-v4", 4)
      .Default(std::nullopt);
}

namespace {

// The registers that cpuid fills.
enum Register { EAX, EBX, ECX, EDX };

// A bit that cpuid must show, and what a level adds to the one below it.
struct Feature {
  int level;
  unsigned leaf;
  Register where;
  unsigned bit;
};

// By Intel's manual, volume 2, CPUID; the names are those of the psABI's table.
constexpr Feature features[] = {
    {2, 1, ECX, 0},          // SSE3
    {2, 1, ECX, 9},          // SSSE3
    {2, 1, ECX, 13},         // CMPXCHG16B
    {2, 1, ECX, 19},         // SSE4.1
    {2, 1, ECX, 20},         // SSE4.2
    {2, 1, ECX, 23},         // POPCNT
    {2, 0x80000001, ECX, 0}, // LAHF-SAHF
    {3, 1, ECX, 12},         // FMA
    {3, 1, ECX, 22},         // MOVBE
    {3, 1, ECX, 27},         // OSXSAVE
    {3, 1, ECX, 28},         // AVX
    {3, 1, ECX, 29},         // F16C
    {3, 7, EBX, 3},          // BMI1
    {3, 7, EBX, 5},          // AVX2
    {3, 7, EBX, 8},          // BMI2
    {3, 0x80000001, ECX, 5}, // LZCNT
    {4, 7, EBX, 16},         // AVX512F
    {4, 7, EBX, 17},         // AVX512DQ
    {4, 7, EBX, 28},         // AVX512CD
    {4, 7, EBX, 30},         // AVX512BW
    {4, 7, EBX, 31},         // AVX512VL
};
constexpr unsigned leaves[] = {1, 7, 0x80000001};

// What the operating system must save: SSE and AVX state, for AVX-512 its three more.
constexpr unsigned savedBelow4 = 0x6, saved = 0xE6;

// i32 level(): the highest level that processor and system have.
//
// A resolver runs while its program is being relocated: no call, no table, no variable.
llvm::Function *createLevelFunction(llvm::Module &module, const std::string &prefix) {
  llvm::LLVMContext &context = module.getContext();
  IRBuilder<> builder(context);
  llvm::Type *i32 = builder.getInt32Ty();
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(i32, false), llvm::Function::InternalLinkage,
                             prefix + "_level", module);
  auto *entry = llvm::BasicBlock::Create(context, "entry", function);
  auto *extended = llvm::BasicBlock::Create(context, "has_xgetbv", function);
  auto *decide = llvm::BasicBlock::Create(context, "decide", function);
  builder.SetInsertPoint(entry);

  auto *registers = llvm::StructType::get(i32, i32, i32, i32);
  auto *cpuid = llvm::InlineAsm::get(llvm::FunctionType::get(registers, {i32, i32}, false), "cpuid",
                                     "={ax},={bx},={cx},={dx},0,2,~{dirflag},~{fpsr},~{flags}",
                                     /*hasSideEffects=*/false);
  auto ask = [&](unsigned leaf) -> Value * {
    return builder.CreateCall(cpuid, {builder.getInt32(leaf), builder.getInt32(0)});
  };
  // A leaf above the greatest one answers with another leaf's bits.
  Value *highest = builder.CreateExtractValue(ask(0), EAX);
  Value *highestExtended = builder.CreateExtractValue(ask(0x80000000), EAX);
  llvm::SmallVector<std::pair<unsigned, Value *>> answers;
  for (unsigned leaf : leaves)
    answers.push_back({leaf, ask(leaf)});
  auto answer = [&](unsigned leaf, Register where) {
    auto *found = llvm::find_if(answers, [&](auto &entry) { return entry.first == leaf; });
    return builder.CreateExtractValue(found->second, where);
  };
  auto has = [&](Value *bits, unsigned mask) {
    return builder.CreateICmpEQ(builder.CreateAnd(bits, mask), builder.getInt32(mask));
  };
  Value *meets[5] = {nullptr, builder.getTrue(), nullptr, nullptr, nullptr};
  for (int level = 2; level <= 4; ++level) {
    meets[level] =
        builder.CreateAnd(meets[level - 1], builder.CreateICmpUGE(highest, builder.getInt32(7)));
    meets[level] = builder.CreateAnd(
        meets[level], builder.CreateICmpUGE(highestExtended, builder.getInt32(0x80000001)));
    for (unsigned leaf : leaves)
      for (Register where : {EBX, ECX}) {
        unsigned mask = 0;
        for (const Feature &feature : features)
          if (feature.level == level && feature.leaf == leaf && feature.where == where)
            mask |= 1u << feature.bit;
        if (mask)
          meets[level] = builder.CreateAnd(meets[level], has(answer(leaf, where), mask));
      }
  }
  // xgetbv exists where the third level's OSXSAVE does.
  builder.CreateCondBr(meets[3], extended, decide);

  builder.SetInsertPoint(extended);
  auto *xgetbv = llvm::InlineAsm::get(
      llvm::FunctionType::get(llvm::StructType::get(i32, i32), {i32}, false), "xgetbv",
      "={ax},={dx},{cx},~{dirflag},~{fpsr},~{flags}", /*hasSideEffects=*/false);
  Value *state = builder.CreateExtractValue(builder.CreateCall(xgetbv, {builder.getInt32(0)}), 0);
  builder.CreateBr(decide);

  builder.SetInsertPoint(decide);
  llvm::PHINode *keeps = builder.CreatePHI(i32, 2);
  keeps->addIncoming(builder.getInt32(0), entry);
  keeps->addIncoming(state, extended);
  Value *third = builder.CreateAnd(meets[3], has(keeps, savedBelow4));
  Value *fourth = builder.CreateAnd(meets[4], has(keeps, saved));
  Value *level = builder.CreateSelect(meets[2], builder.getInt32(2), builder.getInt32(1));
  level = builder.CreateSelect(third, builder.getInt32(3), level);
  builder.CreateRet(builder.CreateSelect(fourth, builder.getInt32(4), level));
  return function;
}

} // namespace

void weir::addDispatch(llvm::Module &module, const std::string &prefix, llvm::ArrayRef<int> levels,
                       llvm::ArrayRef<llvm::StringRef> suffixes) {
  llvm::LLVMContext &context = module.getContext();
  IRBuilder<> builder(context);
  llvm::Function *levelFunction = createLevelFunction(module, prefix);
  for (llvm::StringRef suffix : suffixes) {
    auto variant = [&](int level) {
      llvm::Function *function =
          module.getFunction(prefix + "_v" + std::to_string(level) + suffix.str());
      assert(function && "every level has every function");
      function->setLinkage(llvm::GlobalValue::InternalLinkage);
      return function;
    };
    auto *resolver = llvm::Function::Create(llvm::FunctionType::get(builder.getPtrTy(), false),
                                            llvm::Function::InternalLinkage,
                                            prefix + suffix.str() + "_resolve", module);
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", resolver));
    Value *have = builder.CreateCall(levelFunction);
    llvm::Function *first = variant(levels.front());
    Value *chosen = first;
    for (int level : levels.drop_front())
      chosen = builder.CreateSelect(builder.CreateICmpSGE(have, builder.getInt32(level)),
                                    variant(level), chosen);
    builder.CreateRet(chosen);
    llvm::GlobalIFunc::create(first->getFunctionType(), 0, llvm::GlobalValue::ExternalLinkage,
                              prefix + suffix.str(), resolver, &module);
  }
}
