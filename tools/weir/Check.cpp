//===- Check.cpp - weir check: what a model is made of ------------------------===//

#include "Layers.h"
#include "ModelSource.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

namespace weir {

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static std::string count(int64_t number) { return number ? withCommas(number) : ""; }

static std::string typeText(const std::vector<int64_t> &shape, int64_t cardinality) {
  std::string text = cardinality ? fmt::format("index<{}>", cardinality) : "f32";
  return shape.empty() ? text : text + shapeToString(shape);
}

// Whether the table of an embedding got the recommended length of a row.
static bool isRecommended(const Layer &layer, const LoadedModel &model) {
  for (mlir::Operation *op : layer.ops)
    for (mlir::Value operand : op->getOperands())
      if (auto param = operand.getDefiningOp<ParamOp>())
        if (llvm::is_contained(model.recommended, param.getName()))
          return true;
  return false;
}

static std::string makeTable(const LoadedModel &model) {
  std::vector<Layer> layers = listLayers(*model.module, *model.sources);
  std::vector<std::array<std::string, 5>> rows;
  rows.push_back({"layer", "kind", "output", "parameters", "multiply-adds"});
  for (const Signature::Input &input : model.signature.inputs)
    rows.push_back({input.name, "input", typeText(input.shape, input.cardinality), "", ""});
  int64_t learned = 0, buffers = 0, multiplyAdds = 0;
  for (const Layer &layer : layers) {
    std::string mark = isRecommended(layer, model) ? " (recommended)" : "";
    rows.push_back({layer.name, layer.kind, shapeToString(layer.shape) + mark,
                    count(layer.parameters + layer.buffers), count(layer.multiplyAdds)});
    multiplyAdds += layer.multiplyAdds;
  }
  for (const Signature::Parameter &parameter : model.signature.parameters)
    (parameter.buffer ? buffers : learned) += *elementCount(parameter.shape);
  rows.push_back({"total", "", "", withCommas(learned + buffers), withCommas(multiplyAdds)});

  size_t widths[5] = {};
  for (const auto &row : rows)
    for (size_t i = 0; i < 5; ++i)
      widths[i] = std::max(widths[i], row[i].size());
  std::string rule(widths[0] + widths[1] + widths[2] + widths[3] + widths[4] + 8, '-');
  std::string out = fmt::format("model {}\n\n", model.signature.model);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i == 1 || i + 1 == rows.size())
      out += rule + "\n";
    const auto &row = rows[i];
    std::string line =
        fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>{}}  {:>{}}", row[0], widths[0], row[1], widths[1],
                    row[2], widths[2], row[3], widths[3], row[4], widths[4]);
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  out += "\n";
  for (const Signature::Output &output : model.signature.outputs)
    out += fmt::format("output {}: {}\n", output.name, typeText(output.shape, 0));
  out += fmt::format("{} parameters, {} of them learned, {:.1f} KiB as f32; {} multiply-adds per "
                     "example\n",
                     withCommas(learned + buffers), withCommas(learned),
                     double(learned + buffers) * 4 / 1024, withCommas(multiplyAdds));
  if (!model.recommended.empty())
    out += "recommended: min(600, round(1.6 n^0.56)) numbers for each of n ids\n";
  return out;
}

// How the model is trained, in the words of its training block.
static std::string makeTrainingTable(const LoadedModel &model) {
  if (!model.plan)
    return "";
  std::string out = fmt::format("\ntraining {}\n\n", model.signature.model);
  for (const TrainingPlan::Line &line : model.plan->summary)
    out += fmt::format("{:<10} {}\n", line.word, line.text);
  return out;
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

static std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + "\"";
}

// Graphviz' language: https://graphviz.org/doc/info/lang.html
static std::string makeGraph(const LoadedModel &model) {
  auto function = *model.module.get().getOps<mlir::func::FuncOp>().begin();
  llvm::DenseMap<mlir::Value, std::string> ids;
  std::string out = fmt::format("digraph {} {{\n  node [shape=box, fontname=\"sans-serif\"];\n",
                                quoted(model.signature.model));
  auto node = [&](std::string id, std::string label, const char *style) {
    out += fmt::format("  {} [label={}{}];\n", id, label, style);
  };
  // "\n" in a label breaks the line; names can't hold backslashes.
  auto label = [](std::string first, std::string second) {
    std::string text = quoted(first + "\x01" + second);
    text.replace(text.find('\x01'), 1, "\\n");
    return text;
  };
  for (auto [i, input] : llvm::enumerate(model.signature.inputs)) {
    ids[function.getArgument(i)] = fmt::format("in{}", i);
    node(fmt::format("in{}", i), label(input.name, typeText(input.shape, input.cardinality)),
         ", shape=ellipse");
  }
  for (auto [i, layer] : llvm::enumerate(listLayers(*model.module, *model.sources))) {
    std::string id = fmt::format("n{}", i);
    std::string first = layer.name.empty() ? layer.kind : layer.name + ": " + layer.kind;
    node(id, label(first, shapeToString(layer.shape)), "");
    llvm::StringSet<> drawn{id};
    for (mlir::Operation *op : layer.ops) {
      for (mlir::Value operand : op->getOperands())
        if (auto from = ids.find(operand); from != ids.end() && drawn.insert(from->second).second)
          out += fmt::format("  {} -> {};\n", from->second, id);
      ids[op->getResult(0)] = id;
    }
  }
  mlir::Operation *terminator = function.getBody().front().getTerminator();
  for (auto [i, output] : llvm::enumerate(model.signature.outputs)) {
    node(fmt::format("out{}", i), label(output.name, typeText(output.shape, 0)), ", shape=ellipse");
    if (auto from = ids.find(terminator->getOperand(i)); from != ids.end())
      out += fmt::format("  {} -> out{};\n", from->second, i);
  }
  return out + "}\n";
}

int checkCommand(const Arguments &arguments) {
  ModelArguments source;
  bool graph = false;
  CommandLine line(
      "check", "Checks a model and shows what it is made of.",
      "The table has a row per operation: its name, the shape of its output for one\n"
      "example, its parameters, and the multiply-adds of products and convolutions. If\n"
      "the file says how the model is trained, that follows, defaults included.",
      "  weir check examples/fashion_stride2.weir\n"
      "  weir check examples/collab_dot.weir --set users=672 --set movies=8428\n"
      "  weir check examples/resnet18.weir --dot | dot -Tsvg > resnet18.svg");
  source.declare(line);
  source.declareWeights(line);
  line.flag("--dot", graph, "a graph in Graphviz' language instead of the table");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  auto model = loadModel(source, ContextUse::Look);
  if (!model)
    return kUserError;
  return writeResult(graph ? makeGraph(*model) : makeTable(*model) + makeTrainingTable(*model));
}

} // namespace weir
