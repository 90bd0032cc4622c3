//===- Embedding.cpp - Rows of tables -------------------------------------===//

#include "Elaborator.h"

#include <cmath>

using namespace llvm;

namespace weir {

static int64_t cardinality(const Value &ids) {
  return mlir::cast<IdType>(ids.elementType()).getCardinality();
}

/// The rule of thumb of fast.ai for the length of a row:
/// min(600, round(1.6 * n^0.56)).
static int64_t defaultRowLength(int64_t n) {
  return std::min<int64_t>(600, std::llround(1.6 * std::pow(static_cast<double>(n), 0.56)));
}

static Value emitEmbedding(Call &call) {
  const Value &ids = call["ids"];
  int64_t rows = cardinality(ids);
  int64_t columns = call.has("size") ? call.size("size") : defaultRowLength(rows);
  if (call.has("size") && !call.atLeast("size", 1))
    return Value::poison();
  std::optional<BagMode> mode;
  if (call.has("bag")) {
    StringRef word = call["bag"].text;
    static constexpr StringRef words[] = {"sum", "mean", "max"};
    mode = symbolizeBagMode(word);
    if (!mode) {
      Diagnostic &message =
          call.error(call.range("bag"), "a bag is a sum, a mean or a max, not '" + word + "'");
      if (StringRef near = nearestWord(word, words); !near.empty())
        message.fix("did you mean '" + near + "'?");
      return Value::poison();
    }
    if (ids.shape().empty()) {
      call.shapeError("ids", "a bag needs several ids per example, this is one")
          .fix("declare the input as `index<" + Twine(rows) + ">[k]`, or leave out `bag:`");
      return Value::poison();
    }
  }
  std::optional<Initializer> initializer =
      call.initializer(rows, columns, Initializer::normal(0, 1));
  if (!initializer)
    return Value::poison();
  mlir::Value table = call.parameter("weight", {rows, columns}, *initializer);
  if (!table)
    return Value::poison();
  if (!call.has("size"))
    call.elaborator.recommended.push_back(table.getDefiningOp<ParamOp>().getName().str());
  SmallVector<int64_t> shape(ids.shape());
  if (mode)
    shape.pop_back();
  shape.push_back(columns);
  mlir::Type type = call.resultType(shape, isBatched(ids.tensor.getType()));
  if (mode)
    return call.result(
        EmbeddingBagOp::create(call.builder(), call.loc(), type, ids.tensor, table, *mode));
  return call.result(EmbeddingOp::create(call.builder(), call.loc(), type, ids.tensor, table));
}

static Value emitOneHot(Call &call) {
  const Value &ids = call["ids"];
  SmallVector<int64_t> shape(ids.shape());
  shape.push_back(cardinality(ids));
  if (!call.elaborator.checkShape(shape, call.expr.range))
    return Value::poison();
  mlir::Type type = call.resultType(shape, isBatched(ids.tensor.getType()));
  return call.result(OneHotOp::create(call.builder(), call.loc(), type, ids.tensor));
}

void addEmbedding(BuiltinTable &table) {
  addBuiltin(table,
             "embedding(ids: index, size: size = none, bag: word = none, init: initializer = none)",
             emitEmbedding);
  addBuiltin(table, "one_hot(ids: index)", emitOneHot);
}

} // namespace weir
