//===- FindNonFinite.cpp - Where a computation left the finite numbers ----===//

#include "weir/Training/FindNonFinite.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>
#include <limits>
#include <optional>

using namespace mlir;

namespace weir {

static constexpr const char *tooLong =
    "the steps are probably too long: lower the learning rate (--lr), or shorten the gradients "
    "by --with 'clip_norm 1.0'";

static std::string place(Location location) {
  std::string name;
  FileLineColLoc at;
  location->walk([&](Location inner) {
    if (auto named = dyn_cast<NameLoc>(inner); named && name.empty())
      name = named.getName().str();
    if (auto file = dyn_cast<FileLineColLoc>(inner); file && !at)
      at = file;
    return WalkResult::advance();
  });
  std::string text = name.empty() ? "" : fmt::format(" of '{}'", name);
  if (at)
    text += fmt::format(" at {}:{}:{}", at.getFilename().str(), at.getLine(), at.getColumn());
  return text;
}

static std::string hintFor(Operation *op) {
  if (isa<LogOp, Log1pOp>(op))
    return "the logarithm of 0 or of a negative number: add a small number to its operand, or "
           "compute on logits (cross_entropy, binary_cross_entropy)";
  if (isa<DivOp, RsqrtOp>(op))
    return "something is divided by 0: add a small number to the divisor";
  if (isa<ExpOp, PowOp>(op))
    return "the operand is too large: softmax, log_softmax and sigmoid do this without overflow";
  if (isa<SqrtOp>(op))
    return "the root of a negative number: clamp its operand by maximum(x, 0)";
  return tooLong;
}

// An input or a target, as the model calls it.
static std::string nameOfInput(ModuleOp module, size_t i) {
  func::FuncOp function = *module.getOps<func::FuncOp>().begin();
  auto name = function.getArgAttrOfType<StringAttr>(static_cast<unsigned>(i), "weir.name");
  return name ? fmt::format("'{}'", name.str()) : fmt::format("input {}", i);
}

static int64_t countNonFinite(const std::vector<double> &data) {
  return std::count_if(data.begin(), data.end(), [](double x) { return !std::isfinite(x); });
}

// The reason is in the data where the square of a number in it has no place in a float.
static std::optional<double> findHuge(const std::vector<RefTensor> &inputs) {
  double largest = 0;
  for (const RefTensor &input : inputs)
    for (double x : input.data)
      largest = std::max(largest, std::abs(x));
  return largest > std::sqrt(std::numeric_limits<float>::max()) ? std::optional(largest)
                                                                : std::nullopt;
}

std::string describeNonFinite(ModuleOp module, const ParameterFile &parameters,
                              std::span<const Tensor> inputs, int64_t batch) {
  RefParameters values = toReference(parameters);
  for (const auto &[name, tensor] : values)
    if (int64_t count = countNonFinite(tensor.data))
      return fmt::format("{} of the {} elements of parameter '{}' were no finite numbers before "
                         "this step, though the loss still was one: a gradient overflowed in the "
                         "step before. Hint: {}",
                         count, tensor.data.size(), name, tooLong);
  std::vector<RefTensor> references;
  for (const Tensor &input : inputs)
    references.push_back(toReference(input));
  for (size_t i = 0; i < references.size(); ++i)
    if (int64_t count = countNonFinite(references[i].data))
      return fmt::format("{} of the {} numbers that the data of this batch gives for {} aren't "
                         "finite",
                         count, references[i].data.size(), nameOfInput(module, i));

  std::string found;
  auto observe = [&](Operation *op, RefTensor &result) {
    for (double &element : result.data)
      element = static_cast<float>(element);
    int64_t count = countNonFinite(result.data);
    if (!count)
      return true;
    std::optional<double> huge = findHuge(references);
    found = fmt::format("{} of the {} elements of {}{} aren't finite, all before it are. Hint: {}",
                        count, result.data.size(), op->getName().getStringRef().str(),
                        place(op->getLoc()),
                        huge ? fmt::format("the data of this batch holds a number as large as "
                                           "{:.3g}, probably by mistake",
                                           *huge)
                             : hintFor(op));
    return false;
  };
  auto results = interpret(module, values, references, batch, observe);
  if (!results)
    llvm::consumeError(results.takeError());
  if (found.empty())
    return fmt::format("without dropout and with the running statistics the same batch gives "
                       "finite numbers. Hint: {}",
                       tooLong);
  return found;
}

} // namespace weir
