//===- DataBindings.cpp - Which columns fill which inputs -----------------===//

#include "DataBindings.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace weir {

using namespace ast;

/// "f32[6]", "index<672>", with a size's name or `?` for what isn't known yet.
static std::string typeOf(const InputOutline &port) {
  auto text = [](std::optional<int64_t> size) { return size ? std::to_string(*size) : "?"; };
  bool isBySize = !port.cardinality && !port.sizeParameter.empty();
  std::string count = isBySize ? port.sizeParameter : text(port.cardinality);
  std::string type = port.isIndex ? "index<" + count + ">" : "f32";
  if (port.shape.empty())
    return type;
  return type + "[" + join(map_range(port.shape, text), ", ") + "]";
}

static const InputOutline *findPort(const Name &name, ArrayRef<InputOutline> ports,
                                    Diagnostics &diagnostics) {
  std::vector<StringRef> names;
  for (const InputOutline &port : ports) {
    if (port.name == name.text)
      return &port;
    names.push_back(port.name);
  }
  Diagnostic &message =
      diagnostics.error(name.range, "there is no input or target called '" + name.text + "'");
  if (StringRef near = nearestWord(name.text, names); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else
    message.fix("there are: " + join(names, ", "));
  return nullptr;
}

static bool checkColumns(const Statement &statement, const InputOutline &port,
                         Diagnostics &diagnostics) {
  StringMap<SMRange> places;
  for (const Name &column : statement.columns) {
    auto [place, isNew] = places.try_emplace(column.text, column.range);
    if (isNew)
      continue;
    diagnostics.error(column.range, "column '" + column.text + "' is given twice")
        .note(place->second, "the first is here");
    return false;
  }
  bool standardize = !statement.modifier.text.empty();
  if (standardize && port.isIndex) {
    diagnostics
        .error(statement.modifier.range, "'" + port.name + "' takes ids (" + typeOf(port) +
                                             "); only numbers can be standardized")
        .fix("leave `standardize` out");
    return false;
  }
  if (standardize && port.target) {
    diagnostics
        .error(statement.modifier.range,
               "'" + port.name + "' is a target, which is predicted as it is given")
        .fix("leave `standardize` out; scale the model's output instead");
    return false;
  }
  int64_t wanted = 1;
  for (std::optional<int64_t> size : port.shape) {
    if (!size)
      return true;
    wanted *= *size;
  }
  int64_t given = statement.columns.size();
  if (given == wanted)
    return true;
  diagnostics.error(statement.name.range,
                    "'" + port.name + "' is " + typeOf(port) + " and takes " + Twine(wanted) +
                        (wanted == 1 ? " column, " : " columns, ") + Twine(given) +
                        (given == 1 ? " is" : " are") + " given");
  return false;
}

/// A text fills one input with ids, and what follows them is the target.
static bool checkText(const Statement &statement, const InputOutline &port,
                      ArrayRef<const Statement *> all, ArrayRef<InputOutline> ports,
                      Diagnostics &diagnostics) {
  SMRange range = statement.name.range;
  StringRef unit = statement.modifier.text.drop_back();
  if (all.size() > 1) {
    const Statement *other = all[0] == &statement ? all[1] : all[0];
    diagnostics
        .error(other->range, "the training reads a text, which has no columns to read '" +
                                 other->name.text + "' from")
        .note(statement.range, "the text is read here");
    return false;
  }
  if (port.target || !port.isIndex || port.shape.size() > 1) {
    diagnostics
        .error(range, "a text fills an input of ids, '" + port.name + "' is " +
                          (port.target ? "a target" : typeOf(port)))
        .fix("write `input " + statement.modifier.text + ": index<2000>[3]`");
    return false;
  }
  const InputOutline *target = nullptr;
  for (const InputOutline &other : ports) {
    if (!other.target && &other != &port) {
      diagnostics.error(range,
                        "a text fills one input, but the model has also '" + other.name + "'");
      return false;
    }
    if (!other.target)
      continue;
    bool suits = !target && other.isIndex && other.shape.empty();
    bool sameIds =
        !other.cardinality || !port.cardinality || *other.cardinality == *port.cardinality;
    if (!suits || !sameIds) {
      diagnostics
          .error(range, "the " + unit + " that follows in the text is the target, but '" +
                            other.name + "' is " + (target ? "another one" : typeOf(other)))
          .fix("have one target, with as many ids as '" + port.name + "' has and without a shape");
      return false;
    }
    target = &other;
  }
  if (!target)
    diagnostics
        .error(range, "the " + unit + " that follows in the text is the target, but there is none")
        .fix("write `target next: index<...>`, with as many ids as '" + port.name + "' has");
  return target;
}

std::vector<TrainingPlan::DataBinding> bindData(ArrayRef<const Statement *> statements,
                                                ArrayRef<InputOutline> ports,
                                                Diagnostics &diagnostics) {
  std::vector<TrainingPlan::DataBinding> bindings;
  StringMap<SMRange> places;
  for (const Statement *statement : statements) {
    const Name &name = statement->name;
    const InputOutline *port = findPort(name, ports, diagnostics);
    if (!port)
      continue;
    auto [place, isNew] = places.try_emplace(name.text, statement->range);
    if (!isNew) {
      diagnostics.error(name.range, "'" + name.text + "' gets its values twice")
          .note(place->second, "the first are these");
      continue;
    }
    bool isText = statement->columns.empty();
    if (!(isText ? checkText(*statement, *port, statements, ports, diagnostics)
                 : checkColumns(*statement, *port, diagnostics)))
      continue;
    TrainingPlan::DataBinding &binding = bindings.emplace_back();
    binding.name = name.text.str();
    for (const Name &column : statement->columns)
      binding.columns.push_back(column.text.str());
    if (isText)
      binding.text = statement->modifier.text.str();
    binding.standardize = !isText && !statement->modifier.text.empty();
  }
  return bindings;
}

} // namespace weir
