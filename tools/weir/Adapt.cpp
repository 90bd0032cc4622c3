//===- Adapt.cpp - weir adapt: a trained model meets somebody new -------------===//

#include "CompileArguments.h"
#include "OutputFiles.h"
#include "Predict.h"

#include "weir/Data/Csv.h"
#include "weir/Runtime/File.h"
#include "weir/Training/AdaptRows.h"

#include <numeric>

namespace weir {

namespace {
struct AdaptCommand {
  std::string checkpoint, data, added, output, predict, rate;
  std::vector<std::string> statements;
  int64_t steps = 60;
  CompileArguments compile;

  std::string input, label; // of `added`; the label may be empty
  std::string column;       // that holds the labels
};
} // namespace

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

// Reads a table. If it lacks the column of a new category that was named, all rows are
// that category's.
static Result<Table> readExamples(const AdaptCommand &command, const std::string &path) {
  Result<Table> table = readCsv(path);
  if (!table || command.label.empty() || table->find(command.column))
    return table;
  std::string text;
  auto addRow = [&](std::string_view last, auto cell) {
    for (const Column &column : table->all()) {
      appendCsvCell(text, cell(column));
      text += ',';
    }
    appendCsvCell(text, last);
    text += '\n';
  };
  addRow(command.column, [](const Column &column) { return std::string_view(column.name()); });
  for (int64_t row = 0; row < table->rows(); ++row)
    addRow(command.label, [&](const Column &column) { return column.text(row); });
  return parseCsv(text, {.delimiter = ','}, path);
}

// The categories to add: the one that was named, or all that the model doesn't know.
static Result<std::vector<std::string>> findLabels(const AdaptCommand &command, const Table &table,
                                                   const Vocabulary &known) {
  if (!command.label.empty())
    return std::vector<std::string>{command.label};
  Result<const Column *> column = table.column(command.column);
  if (!column)
    return column.takeError();
  std::vector<int64_t> rows(static_cast<size_t>(table.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  Vocabulary found = Vocabulary::ofColumns(std::span(&*column, 1), rows, /*hasUnknown=*/true);
  std::vector<std::string> labels;
  for (int64_t id = 1; id < found.size(); ++id)
    if (known.find(found.label(id)) == 0)
      labels.push_back(found.label(id));
  if (labels.empty())
    return fail("{}: the model knows everything that is in column '{}'", command.data,
                command.column);
  return labels;
}

// The examples of each new category, in the order of their ids.
static std::vector<std::vector<int64_t>> groupExamples(const Tensor &ids, int64_t first,
                                                       size_t categories) {
  std::vector<std::vector<int64_t>> examples(categories);
  for (int64_t row = 0; row < ids.elements(); ++row)
    if (ids.i64()[row] >= first)
      examples[static_cast<size_t>(ids.i64()[row] - first)].push_back(row);
  return examples;
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

static Result<TrainingOverrides> overridesOf(const AdaptCommand &command) {
  TrainingOverrides overrides;
  overrides.statements = command.statements;
  if (command.rate.empty())
    return overrides;
  Result<double> rate = parseRate(command.rate);
  if (!rate)
    return rate.takeError();
  overrides.optimizerArguments["lr"] = *rate;
  return overrides;
}

static Result<void> readNew(AdaptCommand &command, const Checkpoint &checkpoint) {
  size_t equals = command.added.find('=');
  command.input = command.added.substr(0, equals);
  if (equals != std::string::npos)
    command.label = command.added.substr(equals + 1);
  if (command.input.empty() || (equals != std::string::npos && command.label.empty()))
    return fail("--new {} is not of the form INPUT or INPUT=NAME, as user=Ann",
                inQuotes(command.added));
  std::span<const std::string> columns = checkpoint.format.columns(command.input);
  if (checkpoint.format.labels(command.input).empty() || columns.empty()) {
    std::string names;
    if (const Encoder *encoder = checkpoint.format.encoder())
      for (const Field &field : encoder->fields())
        if (field.kind == FieldKind::Category)
          names += fmt::format("{}'{}'", names.empty() ? "" : ", ", field.name);
    return fail("--new {}: the model has no input '{}' whose values are categories of a table{}",
                inQuotes(command.added), command.input, names.empty() ? "" : "; it has " + names);
  }
  if (columns.size() != 1)
    return fail("--new {}: '{}' is made of {} columns, expected one", inQuotes(command.added),
                command.input, columns.size());
  command.column = columns[0];
  return {};
}

// Adds and learns the rows, and says on standard error how well that went.
static Result<Checkpoint> adapt(const AdaptCommand &command, Checkpoint checkpoint,
                                const CompileOptions &options) {
  Result<TrainingOverrides> overrides = overridesOf(command);
  if (!overrides)
    return overrides.takeError();
  Result<Table> table = readExamples(command, command.data);
  if (!table)
    return table.takeError();
  RawData raw;
  raw.source = command.data;
  raw.table = std::move(*table);
  const Field *field = checkpoint.format.encoder()->find(command.input);
  Result<std::vector<std::string>> labels = findLabels(command, *raw.table, field->vocabulary);
  if (!labels)
    return labels.takeError();
  std::string diagnostics;
  auto adapter =
      RowAdapter::create(std::move(checkpoint), command.input, *labels, *overrides,
                         AdaptOptions{.steps = command.steps, .compile = options}, diagnostics);
  say(diagnostics);
  if (!adapter)
    return adapter.takeError();
  Result<Dataset> dataset =
      (*adapter)->format().encode(raw, (*adapter)->ports(), /*withTargets=*/true);
  if (!dataset)
    return dataset.takeError();
  std::vector<std::vector<int64_t>> examples =
      groupExamples(*dataset->find(command.input)->values, (*adapter)->firstId(), labels->size());
  for (size_t i = 0; i < labels->size(); ++i) {
    if (examples[i].empty())
      return fail("{}: no row has {} in column '{}'", command.data, inQuotes((*labels)[i]),
                  command.column);
    Result<RowAdapter::Fit> fit = (*adapter)->fit((*adapter)->firstId() + static_cast<int64_t>(i),
                                                  *dataset, examples[i], nullptr);
    if (!fit)
      return inside(fmt::format("{} {}", command.input, inQuotes((*labels)[i])), fit.takeError());
    say(fmt::format("{} {}: {} examples, loss {:.4f} with the mean row, {:.4f} before the last "
                    "step\n",
                    command.input, inQuotes((*labels)[i]), examples[i].size(), fit->before,
                    fit->after));
  }
  return std::move(**adapter).finish();
}

static int adaptAndPredict(AdaptCommand &command) {
  if (command.data.empty() || command.added.empty() || command.output.empty())
    return userError(fail("`weir adapt` needs {}",
                          command.data.empty()    ? "--data FILE.csv, the examples to learn from"
                          : command.added.empty() ? "--new INPUT=NAME, which says what is new"
                                                  : "-o FILE, where the model goes"));
  const OutputFile output = {"-o", command.output};
  const std::string read[] = {command.data, command.predict};
  if (Result<void> good = checkOutputs({&output, 1}, read); !good)
    return userError(good.error());
  Result<CompileOptions> options = command.compile.options();
  if (!options)
    return userError(options.error());
  Result<Checkpoint> checkpoint = readCheckpoint(command.checkpoint);
  if (!checkpoint)
    return userError(checkpoint.error());
  if (Result<void> read = readNew(command, *checkpoint); !read)
    return userError(read.error());
  Result<Checkpoint> adapted = adapt(command, std::move(*checkpoint), *options);
  if (!adapted)
    return userError(adapted.error());
  if (Result<void> written = writeCheckpoint(command.output, std::move(*adapted)); !written)
    return userError(written.error());
  if (command.predict.empty())
    return kDone;
  Result<LoadedCheckpoint> model = loadCheckpoint(command.output);
  if (!model)
    return userError(model.error());
  RawData raw;
  raw.source = command.predict;
  Result<Table> table = readExamples(command, command.predict);
  if (!table)
    return userError(table.error());
  raw.table = std::move(*table);
  Result<std::string> text = predictAll(*model, std::move(raw), *options, nullptr);
  return text ? writeResult(*text) : userError(text.error());
}

int adaptCommand(const Arguments &arguments) {
  AdaptCommand command;
  CommandLine line(
      "adapt", "Adds to a trained model someone whom it has never met, from a few examples.",
      "The tables of the input grow by a row. It starts at the mean of all others and is\n"
      "learned by the model's own loss and optimizer, all examples at once, --steps\n"
      "times; everything else in the model stays as it is. Without =NAME, every value of\n"
      "the column that the model doesn't know is added.",
      "  weir adapt movies.safetensors --new user=Ann --data ann.csv -o movies.safetensors\n"
      "  weir adapt movies.safetensors --new user=Ann --data ann.csv -o ann.safetensors \\\n"
      "      --predict unseen.csv\n"
      "  weir adapt movies.safetensors --new user --data newcomers.csv -o movies.safetensors");
  line.positional("CHECKPOINT", command.checkpoint, "what `weir train` wrote");
  line.text("--new", "INPUT=NAME", command.added, "who or what is new: user=Ann");
  line.text("--data", "FILE.csv", command.data,
            "examples with their targets, as in training. Without the column\n"
            "of the input all are NAME's");
  line.text("-o", "FILE", command.output, "where the model goes; CHECKPOINT itself is fine");
  line.text("--predict", "FILE.csv", command.predict,
            "then apply the model to this table: CSV on standard output");
  line.integer("--steps", "N", command.steps, 1, 1000000, "steps of the optimizer (60)");
  line.text("--lr", "X", command.rate, "the learning rate; the training block's if absent");
  line.list("--with", "STATEMENT", command.statements,
            "in place of the training block's, as in --with 'optimizer sgd(lr: 0.1)'");
  command.compile.declare(line);
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  return adaptAndPredict(command);
}

} // namespace weir
