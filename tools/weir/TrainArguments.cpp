//===- TrainArguments.cpp - What the training commands are told ---------------===//

#include "TrainArguments.h"

#include "weir/Data/Table.h"
#include "weir/Data/TextFile.h"
#include "weir/Execution/Parameters.h"

#include <charconv>

namespace weir {

void declareData(CommandLine &line, DataArguments &data) {
  line.list("--data", "FILE", data.data,
            "a table (.csv, .tsv), a text (.txt), or NAME=FILE for each array; gzipped or not");
}

void TrainArguments::declare(CommandLine &line) {
  line.positional("MODEL.weir", path, "the file with the model and its training block");
  declareData(line, data);
  line.list("--bind", "NAME=COLUMNS", data.binds,
            "the columns of an input or target, separated by commas (a name with a comma\n"
            "between double quotes); numbers are scaled to mean 0 and deviation 1 by\n"
            "--bind 'NAME=A,B standardize'. Without it the column of the input's own name");
  line.choice("--text", {"words", "characters"}, data.text,
              "--data is running text: learn the word, or character, behind a window of them");
  line.list("--valid", "FILE", data.valid, "data to measure with, as --data");
  line.text("--split", "FRACTION", data.splitFraction,
            "measure with this part of the data, drawn by --seed");
  line.text("--split-column", "NAME=MARK", data.splitColumn,
            "measure with the rows whose column NAME says MARK");
  line.integer("--split-tail", "N", data.splitTail, 1, INT64_MAX,
               "measure with the last N examples");
  line.integer("--limit", "N", data.limit, 1, INT64_MAX,
               "use the first N rows, or words of a text, only");
  line.list("--set", "NAME=VALUE", sets, "bind a parameter of the model, as in --set factors=20");
  line.text("--model", "NAME", model, "which model, if the file has several");
  line.list("--with", "STATEMENT", statements,
            "in place of the training block's, as in --with 'optimizer sgd(lr: 0.1)'");
  line.integer("--epochs", "N", epochs, 1, INT64_MAX, "how often each example is seen");
  line.integer("--batch", "N", batch, 1, INT64_MAX, "how many examples make a step");
  line.text("--lr", "X", rate, "the learning rate");
}

static Result<Binding> parseSet(const std::string &option, const std::string &text) {
  std::optional<Binding> value = parseBinding(text);
  if (!value)
    return fail("{}: {} is neither a number nor true or false", option, inQuotes(text));
  return *value;
}

Result<double> parseRate(const std::string &text) {
  std::optional<double> rate = parseNumber(text);
  if (!rate || *rate < 0)
    return fail("--lr {}: expected a number that isn't negative, as 0.01", inQuotes(text));
  return *rate;
}

Result<TrainingSource> TrainArguments::source() const {
  TrainingSource source;
  source.path = path;
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  source.text = std::string(file->text());
  source.model = model;
  for (const std::string &text : sets) {
    auto sides = splitAssignment("--set", text, "NAME=VALUE");
    if (!sides)
      return sides.takeError();
    Result<Binding> value = parseSet("--set " + text, sides->second);
    if (!value)
      return value.takeError();
    if (!source.sizes.try_emplace(sides->first, *value).second)
      return fail("--set {}: {} is already set", text, inQuotes(sides->first));
  }
  source.overrides.statements = statements;
  if (epochs)
    source.overrides.statements.push_back(fmt::format("epochs {}", epochs));
  if (batch)
    source.overrides.statements.push_back(fmt::format("batch {}", batch));
  if (!rate.empty()) {
    Result<double> value = parseRate(rate);
    if (!value)
      return value.takeError();
    source.overrides.optimizerArguments["lr"] = *value;
  }
  return source;
}

Result<void> parseSaveEvery(const std::string &text, int64_t &steps, double &seconds) {
  std::string_view number = text;
  bool inSeconds = number.ends_with("s");
  if (inSeconds)
    number.remove_suffix(1);
  const char *last = number.data() + number.size();
  std::from_chars_result read = inSeconds ? std::from_chars(number.data(), last, seconds)
                                          : std::from_chars(number.data(), last, steps);
  if (read.ec != std::errc() || read.ptr != last || (inSeconds ? !(seconds > 0) : steps < 1))
    return fail("--save-every {}: expected a number of steps, as 200, or of seconds, as 30s",
                inQuotes(text));
  if (!inSeconds)
    seconds = 0;
  return {};
}

Result<LoadedCheckpoint> loadCheckpoint(const std::string &path) {
  Result<Checkpoint> checkpoint = readCheckpoint(path);
  if (!checkpoint)
    return checkpoint.takeError();
  std::string diagnostics;
  Result<LoadedTraining> loaded = loadTraining(checkpoint->source, diagnostics);
  if (!loaded) {
    say(diagnostics);
    return inside(path, loaded.takeError());
  }
  Signature signature = readSignature(*copyModelFunction(*loaded->training.module));
  if (Result<void> fits = checkParameters(signature, checkpoint->parameters); !fits)
    return inside(path, fits.takeError());
  return LoadedCheckpoint{std::move(*checkpoint), std::move(*loaded)};
}

Result<RawData> readFor(const LoadedCheckpoint &model, const DataArguments &data) {
  const DataFormat &format = model.checkpoint.format;
  TextUnit unit = format.textEncoder() ? format.textEncoder()->spec().unit : TextUnit::Words;
  return readRawData(data.data, model.loaded.ports, format.kind(), unit, data.limit);
}

Result<Dataset> encodeFor(const LoadedCheckpoint &model, RawData &raw, bool withTargets) {
  const DataFormat &format = model.checkpoint.format;
  Result<Dataset> dataset = format.encode(raw, model.loaded.ports, withTargets);
  if (!dataset || !format.encoder())
    return dataset;
  for (const Field &field : format.encoder()->fields()) {
    const DataField *encoded = dataset->find(field.name);
    if (!encoded || field.kind != FieldKind::Category)
      continue;
    int64_t cells = encoded->values->elements();
    const int64_t *ids = encoded->values->i64();
    if (int64_t unknown = std::count(ids, ids + cells, 0))
      note(fmt::format("{} of {} cells of '{}' are missing or weren't seen in training: they are "
                       "read as unknown",
                       withCommas(unknown), withCommas(cells), field.name));
  }
  return dataset;
}

} // namespace weir
