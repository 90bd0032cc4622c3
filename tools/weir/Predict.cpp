//===- Predict.cpp - weir predict: what a trained model says of new data ------===//

#include "Predict.h"

#include "CompileArguments.h"
#include "OutputFiles.h"

#include "weir/Data/Csv.h"
#include "weir/Data/Prefetcher.h"
#include "weir/Execution/Jit.h"
#include "weir/Training/LossText.h"

#include <cmath>

namespace weir {

namespace {

struct PredictCommand {
  std::string checkpoint, output;
  DataArguments data;
  CompileArguments compile;
  int64_t threads = ThreadPool::hardwareThreads();
};

// A line of the result. The first cell may be empty and is a cell all the same.
class CsvRow {
public:
  void append(std::string_view cell) {
    if (cells++)
      text += ',';
    appendCsvCell(text, cell);
  }
  void append(double value, int digits) { append(fmt::format("{:.{}g}", value, digits)); }
  std::string line() && { return std::move(text) + "\n"; }

private:
  std::string text;
  int64_t cells = 0;
};

// What becomes of an output of the model: the columns that it gives, and their cells.
class OutputColumns {
public:
  // More classes than these get no column each, only the most probable one is told.
  static constexpr int64_t kMostClasses = 32;

  OutputColumns(const Signature::Output &output, const std::optional<LossText> &loss,
                const DataFormat &format, const std::vector<Port> &ports);

  std::vector<std::string> names() const;
  // Appends the cells of one example.
  void append(const float *values, CsvRow &row) const;

private:
  void appendClass(const float *logits, CsvRow &row) const;
  std::string label(int64_t id) const {
    return labels.empty() ? std::to_string(id) : labels[static_cast<size_t>(id)];
  }

  enum { Numbers, Classes, Truth } kind = Numbers;
  std::string base; // what is predicted
  int64_t width = 1;
  std::span<const std::string> labels;
  const DataFormat &format;
  std::string target; // whose unit the numbers have; "" if none
};

} // namespace

OutputColumns::OutputColumns(const Signature::Output &output, const std::optional<LossText> &loss,
                             const DataFormat &format, const std::vector<Port> &ports)
    : base(output.name), format(format) {
  for (int64_t size : output.shape)
    width *= size;
  if (!loss || loss->output != output.name)
    return;
  auto port = std::ranges::find(ports, loss->target, &Port::name);
  if (port == ports.end())
    return;
  std::span<const std::string> columns = format.columns(loss->target);
  base = columns.size() == 1 ? columns[0] : loss->target;
  target = loss->target;
  if (loss->call == "cross_entropy" && port->isIndex && output.shape.size() == 1 &&
      width == port->cardinality) {
    kind = Classes;
    labels = format.labels(target);
    if (static_cast<int64_t>(labels.size()) != width)
      labels = {};
  } else if (loss->call == "binary_cross_entropy" && width == 1) {
    kind = Truth;
  }
}

std::vector<std::string> OutputColumns::names() const {
  std::string predicted = "predicted_" + base;
  std::vector<std::string> result;
  switch (kind) {
  case Numbers:
    if (width == 1)
      return {predicted};
    for (int64_t i = 0; i < width; ++i)
      result.push_back(fmt::format("{}_{}", predicted, i));
    return result;
  case Truth:
    return {predicted, "probability_" + base};
  case Classes:
    result.push_back(predicted);
    if (width > kMostClasses)
      result.push_back("probability_" + base);
    else
      for (int64_t i = 0; i < width; ++i)
        result.push_back("probability_" + label(i));
    return result;
  }
  return result;
}

void OutputColumns::appendClass(const float *logits, CsvRow &row) const {
  int64_t best = std::max_element(logits, logits + width) - logits;
  double total = 0;
  for (int64_t i = 0; i < width; ++i)
    total += std::exp(double(logits[i]) - logits[best]);
  row.append(label(best));
  auto probability = [&](int64_t i) { return std::exp(double(logits[i]) - logits[best]) / total; };
  if (width > kMostClasses)
    row.append(probability(best), 6);
  else
    for (int64_t i = 0; i < width; ++i)
      row.append(probability(i), 6);
}

void OutputColumns::append(const float *values, CsvRow &row) const {
  if (kind == Classes)
    return appendClass(values, row);
  if (kind == Truth) {
    row.append(values[0] > 0 ? "1" : "0");
    return row.append(1 / (1 + std::exp(-double(values[0]))), 6);
  }
  for (int64_t i = 0; i < width; ++i)
    row.append(format.undo(target, static_cast<size_t>(i), values[i]), 7);
}

//===----------------------------------------------------------------------===//
// The examples as they were given
//===----------------------------------------------------------------------===//

namespace {

// The cells before the predictions: those of a table, the window of a text, none of arrays.
class GivenCells {
public:
  GivenCells(RawData raw, const DataFormat &format) : raw(std::move(raw)), format(format) {}

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    if (raw.table)
      for (const Column &column : raw.table->all())
        result.push_back(column.name());
    if (const TextEncoder *encoder = format.textEncoder())
      result.push_back(encoder->spec().input);
    return result;
  }

  void append(int64_t example, CsvRow &row) const {
    if (raw.table)
      for (const Column &column : raw.table->all())
        row.append(column.text(example));
    const TextEncoder *encoder = format.textEncoder();
    if (!encoder)
      return;
    std::string window;
    for (int64_t i = example; i < example + encoder->spec().window; ++i) {
      if (!window.empty() && encoder->spec().unit == TextUnit::Words)
        window += ' ';
      window += raw.tokens.all[static_cast<size_t>(i)];
    }
    row.append(window);
  }

private:
  RawData raw;
  const DataFormat &format;
};

} // namespace

static Result<std::string> header(const GivenCells &given,
                                  const std::vector<OutputColumns> &outputs) {
  std::vector<std::string> names = given.names();
  size_t before = names.size();
  for (const OutputColumns &output : outputs)
    for (std::string &name : output.names())
      names.push_back(std::move(name));
  CsvRow row;
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<ptrdiff_t>(i))
      return fail("there would be two columns {}{}", inQuotes(names[i]),
                  i >= before ? ": the data has one already, which has to be renamed" : "");
    row.append(names[i]);
  }
  return std::move(row).line();
}

Result<std::string> predictAll(const LoadedCheckpoint &loaded, RawData raw,
                               const CompileOptions &options, ThreadPool *pool) {
  const Checkpoint &checkpoint = loaded.checkpoint;
  const DataFormat &format = checkpoint.format;
  Result<Dataset> dataset = encodeFor(loaded, raw, /*withTargets=*/false);
  if (!dataset)
    return dataset.takeError();
  mlir::OwningOpRef<mlir::ModuleOp> module = copyModelFunction(*loaded.loaded.training.module);
  auto model = JitModel::compile(*module, options);
  if (!model)
    return model.takeError();
  if (Result<void> prepared = (*model)->prepare(checkpoint.parameters); !prepared)
    return prepared.takeError();
  std::optional<LossText> loss = readLossText(checkpoint.source.text, checkpoint.source.model,
                                              checkpoint.source.overrides.statements);
  std::vector<OutputColumns> outputs;
  for (const Signature::Output &output : (*model)->signature().outputs) {
    if (!output.batched)
      return fail("output '{}' doesn't depend on the inputs", output.name);
    outputs.emplace_back(output, loss, format, loaded.loaded.ports);
  }
  GivenCells given(std::move(raw), format);
  Result<std::string> text = header(given, outputs);
  if (!text)
    return text;
  auto batches = Prefetcher::create(*dataset, allRows(dataset->rows()),
                                    {.batch = 256, .shuffle = false}, /*ahead=*/0);
  if (!batches)
    return batches.takeError();
  while (const Batch *batch = (*batches)->next()) {
    auto results = (*model)->run(batch->tensors, batch->rows, pool);
    if (!results)
      return results.takeError();
    for (int64_t i = 0; i < batch->rows; ++i) {
      CsvRow row;
      given.append(batch->indices[static_cast<size_t>(i)], row);
      for (size_t output = 0; output < outputs.size(); ++output) {
        const Tensor &tensor = (*results)[output];
        outputs[output].append(tensor.f32() + i * (tensor.elements() / batch->rows), row);
      }
      *text += std::move(row).line();
    }
  }
  return text;
}

static int predict(const PredictCommand &command) {
  if (!command.output.empty()) {
    std::vector<std::string> read = filesOf(command.data.data);
    read.push_back(command.checkpoint);
    const OutputFile output = {"-o", command.output};
    if (Result<void> good = checkOutputs({&output, 1}, read); !good)
      return userError(good.error());
  }
  Result<CompileOptions> options = command.compile.options();
  if (!options)
    return userError(options.error());
  Result<LoadedCheckpoint> loaded = loadCheckpoint(command.checkpoint);
  if (!loaded)
    return userError(loaded.error());
  Result<RawData> raw = readFor(*loaded, command.data);
  if (!raw)
    return userError(raw.error());
  Result<std::unique_ptr<ThreadPool>> pool = ThreadPool::create(static_cast<int>(command.threads));
  if (!pool)
    return userError(pool.error());
  Result<std::string> text = predictAll(*loaded, std::move(*raw), *options, pool->get());
  if (!text)
    return userError(text.error());
  if (command.output.empty())
    return writeResult(*text);
  if (Result<void> written = writeFile(command.output, *text); !written)
    return userError(written.error());
  return kDone;
}

int predictCommand(const Arguments &arguments) {
  PredictCommand command;
  CommandLine line(
      "predict", "Applies a trained model to new data: a table in, the table with predictions out.",
      "The checkpoint is what `weir train` wrote; it knows its model, and how data is\n"
      "read. The output is CSV: the columns of the table (or the window of a text), then\n"
      "predicted_NAME for what is predicted. Where the loss is cross_entropy that is the\n"
      "class, and probability_CLASS follows for each of up to 32 classes, else\n"
      "probability_NAME of the predicted one; for binary_cross_entropy it is 1 or 0, and\n"
      "probability_NAME that of 1.",
      "  weir predict adult.safetensors --data people.csv -o answers.csv\n"
      "  weir predict fashion.safetensors --data image=t10k-images-idx3-ubyte.gz");
  line.positional("CHECKPOINT", command.checkpoint, "what `weir train` wrote");
  declareData(line, command.data);
  line.text("-o", "FILE.csv", command.output, "where to; standard output without it");
  line.integer("--threads", "N", command.threads, 1, ThreadPool::kMaxThreads,
               "all processors if absent; the results are the same to the last bit");
  command.compile.declare(line);
  command.compile.declareInference(line);
  if (std::optional<int> code = parseOrExit(line, arguments))
    return *code;
  return predict(command);
}

} // namespace weir
