//===- TuneVariant.cpp - A model compiled in one of several ways --------------===//

#include "TuneVariant.h"

#include "weir/CodeGen/Tuning.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace weir {

OwningOpRef<ModuleOp> withChoices(const LoadedModel &model, ArrayAttr choices) {
  OwningOpRef<ModuleOp> module = model.module.get().clone();
  func::FuncOp function = *module->getOps<func::FuncOp>().begin();
  if (choices.empty())
    function->removeAttr("weir.choices");
  else
    function->setAttr("weir.choices", choices);
  return module;
}

Result<std::unique_ptr<Variant>> Variant::compile(const VariantSource &source, ArrayAttr choices) {
  std::unique_ptr<Variant> variant(new Variant(source, choices));
  OwningOpRef<ModuleOp> module = withChoices(source.model, choices);
  auto kernels = findKernels(*module, *source.model.sources, source.options);
  if (!kernels)
    return kernels.takeError();
  variant->kernels = std::move(*kernels);
  CompileOptions options = source.options;
  options.parallelWork = 0;    // every kernel goes through parallel_for
  options.cacheDirectory = ""; // nobody asks for this code again
  auto jit = JitModel::compile(*module, options);
  if (!jit)
    return jit.takeError();
  variant->jit = std::move(*jit);
  if (Result<void> prepared = variant->jit->prepare(source.model.parameters); !prepared)
    return prepared.takeError();
  auto call = makeCall(*variant->jit, source.inputs, source.batch, nullptr);
  if (!call)
    return call.takeError();
  variant->call = std::move(*call);
  variant->restart(/*kernels=*/true);
  variant->clock->startRun();
  weir_status status = variant->jit->call(variant->call->frame);
  if (status != WEIR_OK || !variant->clock->cameToAll())
    return fail("the compiled code came to kernel {} of {}", variant->clock->kernelsSeen(),
                variant->kernels.size());
  variant->restart(/*kernels=*/true);
  return variant;
}

void Variant::restart(bool ofKernels) {
  // With several threads the clock divides the work, so it stays.
  timesKernels = ofKernels || source.pool;
  calls.clear();
  clock = std::make_unique<KernelClock>(kernels, source.pool, source.batch);
  call->frame.parallel_for = nullptr;
  if (timesKernels)
    clock->attach(call->frame);
}

double Variant::run() {
  if (timesKernels)
    clock->startRun();
  double start = now();
  jit->call(call->frame);
  calls.push_back(now() - start);
  return calls.back();
}

void Variant::dropRun() {
  calls.pop_back();
  if (timesKernels)
    clock->dropRun();
}

std::optional<double>
Variant::kernelSeconds(llvm::function_ref<bool(const KernelCost &)> isMeant) const {
  std::vector<double> sums(calls.size());
  bool any = false;
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (!isMeant(kernels[i]))
      continue;
    any = true;
    for (size_t n = 0; n < sums.size(); ++n)
      sums[n] += clock->seconds()[i][n];
  }
  if (!any || sums.empty())
    return std::nullopt;
  return medianOf(std::move(sums));
}

void runInTurns(const std::vector<Variant *> &variants, bool kernels, double seconds,
                double leastTurns) {
  // A call this long has to bring back itself what doesn't stay in a cache from call to call.
  constexpr double isLong = 50e-3;
  double together = 0;
  for (Variant *variant : variants) {
    variant->restart(kernels);
    double call = variant->run();
    together += call < isLong ? variant->run() : call;
    variant->restart(kernels);
  }
  // A turn is long beside what another variant left in the caches; turns are many enough for
  // medians, and for what else the machine does to strike all variants alike.
  constexpr double turn = 10e-3;
  double mean = std::max(together / double(variants.size()), 1e-7);
  bool warmsUp = mean < isLong;
  auto repeats = int64_t(std::clamp(turn / mean, 1.0, 1000.0));
  auto turns =
      int64_t(std::clamp(seconds / (together * double(repeats + warmsUp)), leastTurns, 100.0));
  for (int64_t i = 0; i < turns; ++i)
    for (size_t n = 0; n < variants.size(); ++n) {
      Variant &variant = *variants[i % 2 == 0 ? n : variants.size() - 1 - n];
      if (warmsUp) {
        variant.run();
        variant.dropRun();
      }
      for (int64_t k = 0; k < repeats; ++k)
        variant.run();
    }
}

} // namespace weir
