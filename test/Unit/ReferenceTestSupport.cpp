//===- ReferenceTestSupport.cpp - Models as text, run by the reference --------===//

#include "ReferenceTestSupport.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

namespace weir::test {

namespace {
struct Model {
  explicit Model(const std::string &text) {
    mlir::DialectRegistry registry;
    registry.insert<WeirDialect, mlir::func::FuncDialect>();
    context.appendDialectRegistry(registry);
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << "the test's model is not valid: " << text;
  }
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

Result<std::vector<RefTensor>> execute(const std::string &text,
                                       const std::vector<RefTensor> &inputs, int64_t batch,
                                       const RefParameters &parameters) {
  Model model(text);
  if (!model.module)
    return fail("not a module");
  llvm::Expected<std::vector<RefTensor>> outputs =
      interpret(*model.module, parameters, inputs, batch);
  if (!outputs)
    return Error{llvm::toString(outputs.takeError())};
  return std::move(*outputs);
}

RefTensor evaluate(const std::string &arguments, const std::string &body,
                   const std::string &resultType, const std::vector<RefTensor> &inputs,
                   int64_t batch) {
  std::string text = "func.func @Model(" + arguments + ") -> " + resultType + " {\n" + body +
                     "\nreturn %r : " + resultType + "\n}\n";
  Result<std::vector<RefTensor>> outputs = execute(text, inputs, batch);
  EXPECT_TRUE(outputs.ok()) << (outputs.ok() ? "" : outputs.error().message);
  return outputs ? std::move(outputs->front()) : RefTensor();
}

Signature signatureOf(const std::string &text) {
  Model model(text);
  return model.module ? readSignature(*model.module) : Signature();
}

void expectTensor(const RefTensor &tensor, const std::vector<int64_t> &shape,
                  const std::vector<double> &data) {
  EXPECT_EQ(tensor.shape, shape);
  ASSERT_EQ(tensor.data.size(), data.size());
  for (size_t i = 0; i < data.size(); ++i)
    EXPECT_NEAR(tensor.data[i], data[i], 1e-12) << "element " << i;
}

static int64_t count(const std::vector<int64_t> &shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

RefTensor counted(std::vector<int64_t> shape, double start, double step) {
  RefTensor tensor{shape, std::vector<double>(count(shape))};
  for (size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] = start + static_cast<double>(i) * step;
  return tensor;
}

RefTensor scattered(std::vector<int64_t> shape, uint64_t seed) {
  RefTensor tensor{shape, std::vector<double>(count(shape))};
  for (size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] = 2.0 * uniform(seed, 0, i) - 1.0;
  return tensor;
}

} // namespace weir::test
