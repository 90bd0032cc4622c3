//===- Update.cpp - what an optimizer does to parameters ---------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace weir;

//===----------------------------------------------------------------------===//
// On tensors
//===----------------------------------------------------------------------===//

LogicalResult UpdateOp::verify() {
  if (getValues().empty())
    return emitOpError("updates nothing");
  if (getUpdated().getTypes() != getValues().getTypes())
    return emitOpError("needs one result of its type for each value");
  auto parameter = cast<RankedTensorType>(getValues()[0].getType());
  auto gradient = cast<RankedTensorType>(getGradient().getType());
  if (!parameter.getElementType().isF32())
    return emitOpError("updates elements of f32, found ") << parameter;
  for (Value state : getValues().drop_front())
    if (state.getType() != parameter)
      return emitOpError() << "the state " << state.getType() << " isn't of the parameter's type "
                           << parameter;
  for (Value hyper : getHypers())
    if (cast<RankedTensorType>(hyper.getType()).getRank() != 0)
      return emitOpError("hyperparameters have rank 0, found ") << hyper.getType();
  if (!getIds()) {
    if (gradient != parameter)
      return emitOpError() << gradient << " is no gradient of " << parameter;
    return success();
  }
  auto ids = cast<RankedTensorType>(getIds().getType());
  if (!isa<IdType, IntegerType>(ids.getElementType()))
    return emitOpError("rows are named by ids, found ") << ids;
  if (parameter.getRank() != 2 || gradient.getShape().empty() ||
      !gradient.getElementType().isF32() || gradient.getShape().drop_back() != ids.getShape() ||
      gradient.getShape().back() != parameter.getDimSize(1))
    return emitOpError() << gradient << " isn't one row of " << parameter << " for each of " << ids;
  return success();
}

LogicalResult UpdateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(
      symbols.lookupNearestSymbolFrom(*this, getOptimizerAttr()));
  if (!function)
    return emitOpError() << "there is no function " << getOptimizerAttr();
  size_t states = 0, hypers = 0;
  unsigned arguments = function.getNumArguments();
  for (unsigned number = 2; number < arguments; ++number) {
    bool isState = bool(function.getArgAttr(number, "weir.state"));
    if (isState == bool(function.getArgAttr(number, "weir.hyper")))
      return emitOpError() << "argument " << number << " of " << getOptimizerAttr()
                           << " is neither a state nor a hyperparameter, or both";
    (isState ? states : hypers) += 1;
  }
  if (arguments < 2 || states + 1 != getValues().size() || hypers != getHypers().size() ||
      function.getNumResults() != getValues().size())
    return emitOpError() << getOptimizerAttr() << " doesn't take a parameter, its gradient, "
                         << getValues().size() - 1 << " states and " << getHypers().size()
                         << " hyperparameters and return the new parameter and states";
  auto scalar = RankedTensorType::get({}, Float32Type::get(getContext()));
  for (TypeRange types :
       {TypeRange(function.getArgumentTypes()), TypeRange(function.getResultTypes())})
    for (Type type : types)
      if (type != scalar)
        return emitOpError() << getOptimizerAttr() << " is no function of scalars: it has " << type;
  return success();
}

//===----------------------------------------------------------------------===//
// On memory
//===----------------------------------------------------------------------===//

// Whether `value` is f32 or i32 memory without gaps.
static bool isDense(Value value, bool isFloat) {
  auto type = dyn_cast<MemRefType>(value.getType());
  return type && (isFloat ? type.getElementType().isF32() : type.getElementType().isInteger(32)) &&
         type.areTrailingDimsContiguous(type.getRank());
}

// A buffer's size: the dynamic axes' number and the product of the others.
static std::pair<int64_t, int64_t> elementsOf(Value memory) {
  std::pair<int64_t, int64_t> result = {0, 1};
  for (int64_t size : cast<MemRefType>(memory.getType()).getShape()) {
    if (ShapedType::isDynamic(size))
      ++result.first;
    else
      result.second *= size;
  }
  return result;
}

static LogicalResult verifyValues(Operation *op, ValueRange values) {
  if (values.empty())
    return op->emitOpError("updates nothing");
  auto shape = [](Value value) { return cast<ShapedType>(value.getType()).getShape(); };
  for (Value value : values)
    if (!isDense(value, /*isFloat=*/true) || !cast<MemRefType>(value.getType()).hasStaticShape() ||
        shape(value) != shape(values[0]))
      return op->emitOpError("values are dense f32 of one static shape, found ") << value.getType();
  return success();
}

static LogicalResult verifyTables(Operation *op, ValueRange values) {
  if (failed(verifyValues(op, values)))
    return failure();
  if (cast<MemRefType>(values[0].getType()).getRank() != 2)
    return op->emitOpError("only a table of rank 2 has rows, found ") << values[0].getType();
  return success();
}

static LogicalResult verifyHypers(Operation *op, ValueRange hypers) {
  for (Value hyper : hypers)
    if (!isDense(hyper, /*isFloat=*/true) || cast<MemRefType>(hyper.getType()).getRank() != 0)
      return op->emitOpError("hyperparameters are f32 of rank 0, found ") << hyper.getType();
  return success();
}

// Without `hypers` any number of them.
static LogicalResult verifyBody(Operation *op, size_t values, std::optional<size_t> hypers) {
  Block &body = op->getRegion(0).front();
  size_t arguments = body.getNumArguments();
  if (hypers ? arguments != values + 1 + *hypers : arguments < values + 1)
    return op->emitOpError("the body takes parameter, gradient, states and hyperparameters, ")
           << (hypers ? "" : "at least ") << values + 1 + hypers.value_or(0) << " numbers, found "
           << arguments;
  for (Type type : body.getArgumentTypes())
    if (!type.isF32())
      return op->emitOpError("the body's arguments are f32, found ") << type;
  auto yield = body.empty() ? YieldOp() : dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getResults().size() != values)
    return op->emitOpError("the body yields ") << values << " numbers, one for each value";
  return success();
}

// What is known of each position.
static LogicalResult verifyIds(Operation *op, Value ids, ValueRange positions) {
  auto type = dyn_cast<MemRefType>(ids.getType());
  if (!type || !isa<IntegerType>(type.getElementType()) ||
      !type.areTrailingDimsContiguous(type.getRank()))
    return op->emitOpError("ids are dense integers, found ") << ids.getType();
  for (Value position : positions)
    if (!isDense(position, /*isFloat=*/false) || elementsOf(position) != elementsOf(ids))
      return op->emitOpError("needs one dense i32 for each id of ")
             << type << ", found " << position.getType();
  return success();
}

LogicalResult UpdateAllOp::verify() {
  if (failed(verifyValues(*this, getValues())) || failed(verifyHypers(*this, getHypers())))
    return failure();
  if (!isDense(getGradient(), /*isFloat=*/true) ||
      cast<MemRefType>(getGradient().getType()).getShape() !=
          cast<MemRefType>(getValues()[0].getType()).getShape())
    return emitOpError() << getGradient().getType() << " is no gradient of "
                         << getValues()[0].getType();
  return verifyBody(*this, getValues().size(), getHypers().size());
}

LogicalResult GroupIdsOp::verify() {
  if (!isDense(getSlots(), /*isFloat=*/false) ||
      cast<MemRefType>(getSlots().getType()).getRank() != 1)
    return emitOpError("slots are i32 of rank 1, found ") << getSlots().getType();
  return verifyIds(*this, getIds(), {getHeads(), getNext(), getTails()});
}

LogicalResult UniqueIdsOp::verify() {
  if (!isDense(getSlots(), /*isFloat=*/false) ||
      cast<MemRefType>(getSlots().getType()).getRank() != 1)
    return emitOpError("slots are i32 of rank 1, found ") << getSlots().getType();
  if (!isDense(getCount(), /*isFloat=*/false) ||
      cast<MemRefType>(getCount().getType()).getShape() != ArrayRef<int64_t>(1))
    return emitOpError("count is one i32, found ") << getCount().getType();
  for (Value ids : {getIds(), getUnique(), getInverse()}) {
    if (failed(verifyIds(*this, ids, {})))
      return failure();
    if (elementsOf(ids) != elementsOf(getIds()))
      return emitOpError("needs one integer for each id of ")
             << getIds().getType() << ", found " << ids.getType();
  }
  return success();
}

LogicalResult CatchUpRowsOp::verify() {
  if (getHeads() && !getIds())
    return emitOpError("heads are given with ids");
  SmallVector<Value> positions;
  if (getHeads())
    positions.push_back(getHeads());
  if (failed(verifyTables(*this, getValues())) ||
      (getIds() && failed(verifyIds(*this, getIds(), positions))))
    return failure();
  int64_t rows = cast<MemRefType>(getValues()[0].getType()).getDimSize(0);
  if (!isDense(getLast(), /*isFloat=*/false) ||
      cast<MemRefType>(getLast().getType()).getShape() != ArrayRef(rows))
    return emitOpError("needs what was done last of ")
           << rows << " rows, found " << getLast().getType();
  if (!isDense(getNow(), /*isFloat=*/false) ||
      cast<MemRefType>(getNow().getType()).getShape() != ArrayRef<int64_t>(1))
    return emitOpError("now is one i32, found ") << getNow().getType();
  size_t values = getValues().size();
  if (failed(verifyBody(*this, values, std::nullopt)))
    return failure();
  int64_t hypers = getBody().getNumArguments() - values - 1;
  auto history = dyn_cast<MemRefType>(getHistory().getType());
  if (!isDense(getHistory(), /*isFloat=*/true) || history.getRank() != 2 ||
      history.getDimSize(1) != std::max<int64_t>(hypers, 1))
    return emitOpError("the history has a column for each of ")
           << hypers << " hyperparameters, found " << getHistory().getType();
  if (getInitial() && getInitial()->size() + 1 != values)
    return emitOpError("needs ") << values - 1 << " initial numbers, one for each state, found "
                                 << getInitial()->size();
  return success();
}

LogicalResult UpdateRowsOp::verify() {
  if (bool(getHeads()) != bool(getNext()))
    return emitOpError("heads and next are given together");
  SmallVector<Value> positions;
  if (getHeads())
    positions = {getHeads(), getNext()};
  if (failed(verifyTables(*this, getValues())) || failed(verifyHypers(*this, getHypers())) ||
      failed(verifyIds(*this, getIds(), positions)))
    return failure();
  int64_t columns = cast<MemRefType>(getValues()[0].getType()).getDimSize(1);
  std::pair<int64_t, int64_t> elements = elementsOf(getIds());
  elements.second *= columns;
  auto gradient = dyn_cast<MemRefType>(getGradient().getType());
  if (!isDense(getGradient(), /*isFloat=*/true) || gradient.getRank() == 0 ||
      gradient.getShape().back() != columns || elementsOf(getGradient()) != elements)
    return emitOpError() << getGradient().getType() << " isn't one row of "
                         << getValues()[0].getType() << " for each of " << getIds().getType();
  return verifyBody(*this, getValues().size(), getHypers().size());
}
