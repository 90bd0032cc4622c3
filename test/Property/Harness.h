//===- Harness.h - A model, compiled and as the reference sees it -------------===//
//
// Compiles the text of a model and holds what the machine code computes against the
// reference interpreter, in guarded memory, on one and on several threads.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TEST_PROPERTY_HARNESS_H
#define WEIR_TEST_PROPERTY_HARNESS_H

#include "weir/Execution/Jit.h"
#include "weir/Reference/RefTensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace weir::property {

class Harness {
public:
  /// Compiles the model and gives it parameters that follow from the seed; none is
  /// left at a value (0 or 1) that would hide a mistake.
  static Result<std::unique_ptr<Harness>> create(const std::string &text,
                                                 const CompileOptions &options, uint64_t seed);
  /// The same for a module of the weir dialect, which can say more than the language.
  static Result<std::unique_ptr<Harness>>
  createFromDialect(const std::string &text, const CompileOptions &options, uint64_t seed);
  ~Harness();

  const Signature &signature() const { return jit->signature(); }
  JitModel &model() { return *jit; }
  /// The parameters that create() made up.
  const ParameterFile &parameters() const { return values; }

  /// Gives the model other parameters: what `change` makes of each element of those that it
  /// has, by the parameter's name.
  Result<void>
  changeParameters(llvm::function_ref<float(const std::string &name, float value)> change);

  /// What the compiled code computes, on one thread.
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, int64_t batch) {
    return run(inputs, batch, Threads::One);
  }
  /// What the reference computes.
  Result<std::vector<RefTensor>> expected(const std::vector<Tensor> &inputs, int64_t batch);

  /// Checks everything that must hold for these inputs: the outputs are what the
  /// reference computes, up to rounding; the bits are the same on one thread, on two,
  /// with units of work done one by one backwards, and for an example alone; nothing
  /// is read or written outside of the memory that the caller gave.
  Result<void> check(const std::vector<Tensor> &inputs, int64_t batch);
  /// The same for random inputs.
  Result<void> check(int64_t batch, uint64_t seed);

private:
  Harness();
  Result<void> compile(const CompileOptions &options, uint64_t seed);

  enum class Threads { One, Two, OneByOneBackwards };
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, int64_t batch,
                                  Threads threads);
  Result<std::vector<RefTensor>> reference(const RefParameters &parameters,
                                           const std::vector<RefTensor> &inputs, int64_t batch);
  Result<void> compare(const std::vector<Tensor> &outputs, const std::vector<Tensor> &inputs,
                       int64_t batch);
  Result<void> checkAlone(const std::vector<Tensor> &outputs, const std::vector<Tensor> &inputs,
                          int64_t batch);

  struct Module; // keeps MLIR out of this header
  std::unique_ptr<Module> module;
  std::unique_ptr<JitModel> jit;
  std::unique_ptr<ThreadPool> pool;
  ParameterFile values;
};

} // namespace weir::property

#endif
