//===- Checkpoint.cpp - A model with all that it needs, in one file -------===//

#include "weir/Training/Checkpoint.h"

#include "llvm/Support/JSON.h"

#include <cmath>

namespace weir {

static constexpr std::string_view statePrefix = "weir.optimizer.";
static constexpr const char *versionKey = "weir.version";
static constexpr const char *version = "1";

//===----------------------------------------------------------------------===//
// Values as JSON
//===----------------------------------------------------------------------===//

// Numbers are kept as text, so that 64 bits, infinities and NaN come back as they were.
static llvm::json::Value toJson(const Binding &binding) {
  if (auto *truth = std::get_if<bool>(&binding))
    return *truth;
  if (auto *size = std::get_if<int64_t>(&binding))
    return *size;
  return fmt::format("{}", std::get<double>(binding));
}

static llvm::json::Object toJson(const llvm::StringMap<Binding> &bindings) {
  llvm::json::Object object;
  for (const auto &entry : bindings)
    object[entry.first()] = toJson(entry.second);
  return object;
}

static std::string print(llvm::json::Object object) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::json::Value(std::move(object));
  return text;
}

static std::optional<double> parseDouble(llvm::StringRef text) {
  std::string copy = text.str();
  char *end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end)
    return std::nullopt;
  return value;
}

namespace {

// Takes members out of an object from a file that nobody vouches for; the first that
// isn't there or of another type is remembered.
class Reader {
public:
  Reader(const ParameterFile &file, const char *key) : key(key) {
    auto found = file.metadata.find(key);
    if (found == file.metadata.end()) {
      refuse("is missing");
      return;
    }
    int depth = 0;
    for (char c : found->second)
      if ((depth += (c == '[' || c == '{') - (c == ']' || c == '}')) > 8) {
        refuse("is nested too deep");
        return;
      }
    llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(found->second);
    if (!parsed) {
      llvm::consumeError(parsed.takeError());
      refuse("isn't JSON");
    } else if (!parsed->getAsObject()) {
      refuse("isn't an object");
    } else {
      object = std::move(*parsed->getAsObject());
    }
  }

  int64_t integer(const char *member, int64_t least) {
    std::optional<int64_t> value = object.getInteger(member);
    if (!value || *value < least)
      refuse(fmt::format("has no proper '{}'", member));
    return value.value_or(least);
  }
  uint64_t bits(const char *member) {
    uint64_t value = 0;
    std::optional<llvm::StringRef> text = object.getString(member);
    if (!text || text->getAsInteger(16, value))
      refuse(fmt::format("has no proper '{}'", member));
    return value;
  }
  std::vector<std::string> texts(const char *member) {
    std::vector<std::string> result;
    const llvm::json::Array *array = object.getArray(member);
    if (!array)
      refuse(fmt::format("has no list '{}'", member));
    else
      for (const llvm::json::Value &value : *array) {
        if (!value.getAsString())
          refuse(fmt::format("has a '{}' that isn't text", member));
        result.push_back(value.getAsString().value_or("").str());
      }
    return result;
  }
  std::vector<double> numbers(const char *member) {
    std::vector<double> result;
    for (const std::string &text : texts(member)) {
      std::optional<double> value = parseDouble(text);
      if (!value)
        refuse(fmt::format("has a '{}' that isn't a number", member));
      result.push_back(value.value_or(0));
    }
    return result;
  }
  llvm::StringMap<Binding> bindings(const char *member) {
    const llvm::json::Object *members = object.getObject(member);
    if (members)
      return readBindings(*members);
    refuse(fmt::format("has no '{}'", member));
    return {};
  }
  llvm::StringMap<Binding> all() { return readBindings(object); }

  void refuse(const std::string &why) {
    if (!error)
      error = fail("its metadata '{}' {}", key, why);
  }
  Result<void> finish() { return error ? Result<void>(*error) : Result<void>(); }

private:
  llvm::StringMap<Binding> readBindings(const llvm::json::Object &members) {
    llvm::StringMap<Binding> result;
    for (const auto &[name, value] : members) {
      if (std::optional<bool> truth = value.getAsBoolean())
        result[name.str()] = *truth;
      else if (std::optional<int64_t> size = value.getAsInteger())
        result[name.str()] = *size;
      else if (std::optional<double> number = parseDouble(value.getAsString().value_or("")))
        result[name.str()] = *number;
      else
        refuse(fmt::format("has a '{}' that isn't a number", name.str()));
    }
    return result;
  }

  const char *key;
  llvm::json::Object object;
  std::optional<Error> error;
};

} // namespace

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static std::string describeProgress(const TrainingProgress &progress) {
  llvm::json::Array sums;
  for (double sum : progress.sums)
    sums.push_back(fmt::format("{}", sum));
  llvm::json::Array best;
  if (progress.best)
    best.push_back(fmt::format("{}", *progress.best));
  return print(llvm::json::Object{{"seed", fmt::format("{:x}", progress.seed)},
                                  {"fingerprint", fmt::format("{:x}", progress.fingerprint)},
                                  {"epochs", progress.epochs},
                                  {"batch", progress.batch},
                                  {"epoch", progress.epoch},
                                  {"step", progress.step},
                                  {"sums", std::move(sums)},
                                  {"examples", progress.examples},
                                  {"best", std::move(best)},
                                  {"best_epoch", progress.bestEpoch}});
}

Result<void> writeCheckpoint(const std::string &path, Checkpoint checkpoint) {
  ParameterFile file = std::move(checkpoint.parameters);
  const TrainingSource &source = checkpoint.source;
  file.metadata = {{versionKey, version},
                   {"weir.model", source.model},
                   {"weir.path", source.path},
                   {"weir.text", source.text},
                   {"weir.sizes", print(toJson(source.sizes))},
                   {"weir.data", checkpoint.format.toJson()}};
  llvm::json::Array statements;
  for (const std::string &statement : source.overrides.statements)
    statements.push_back(statement);
  file.metadata["weir.overrides"] =
      print(llvm::json::Object{{"statements", std::move(statements)},
                               {"optimizer", toJson(source.overrides.optimizerArguments)},
                               {"schedule", toJson(source.overrides.scheduleArguments)}});
  if (!checkpoint.scores.empty())
    file.metadata["weir.scores"] = checkpoint.scores;
  if (checkpoint.progress)
    file.metadata["weir.progress"] = describeProgress(*checkpoint.progress);
  std::vector<std::string> states;
  for (const NamedTensor &state : checkpoint.states)
    states.push_back(state.name);
  for (const std::string &state : states)
    if (Result<void> added =
            file.add(std::string(statePrefix) + state, std::move(*checkpoint.states.find(state)));
        !added)
      return added;
  return writeParameters(path, file);
}

std::string lastPath(const std::string &path) {
  std::string_view suffix = ".safetensors";
  if (std::string_view(path).ends_with(suffix))
    return path.substr(0, path.size() - suffix.size()) + ".last.safetensors";
  return path + ".last";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

Result<ParameterFile> withoutStates(ParameterFile file) {
  if (!file.metadata.contains(versionKey))
    return file;
  ParameterFile result;
  result.metadata = file.metadata;
  for (const NamedTensor &entry : file)
    if (!entry.name.starts_with(statePrefix))
      if (Result<void> added = result.add(entry.name, std::move(*file.find(entry.name))); !added)
        return added.takeError();
  return result;
}

static Result<TrainingProgress> readProgress(const ParameterFile &file) {
  Reader reader(file, "weir.progress");
  TrainingProgress progress;
  progress.seed = reader.bits("seed");
  progress.fingerprint = reader.bits("fingerprint");
  progress.epochs = reader.integer("epochs", 1);
  progress.batch = reader.integer("batch", 1);
  progress.epoch = reader.integer("epoch", 0);
  progress.step = reader.integer("step", 0);
  progress.sums = reader.numbers("sums");
  progress.examples = reader.integer("examples", 0);
  progress.bestEpoch = reader.integer("best_epoch", 0);
  if (std::vector<double> best = reader.numbers("best"); !best.empty())
    progress.best = best[0];
  if (progress.epoch > progress.epochs)
    reader.refuse("is beyond its last epoch");
  if (Result<void> finished = reader.finish(); !finished)
    return finished.takeError();
  return progress;
}

static Result<Checkpoint> parseCheckpoint(ParameterFile file) {
  auto found = file.metadata.find(versionKey);
  if (found == file.metadata.end())
    return fail("this is a file of parameters but not a checkpoint of `weir train`, which also "
                "holds the model's text and how data is read; `weir run MODEL.weir --weights` "
                "takes it");
  if (found->second != version)
    return fail("this checkpoint is of version {}, expected {}: another version of Weir wrote it",
                inQuotes(found->second), version);
  Checkpoint checkpoint;
  TrainingSource &source = checkpoint.source;
  for (auto [key, text] :
       {std::pair("weir.model", &source.model), std::pair("weir.path", &source.path),
        std::pair("weir.text", &source.text)}) {
    auto entry = file.metadata.find(key);
    if (entry == file.metadata.end())
      return fail("its metadata '{}' is missing", key);
    *text = entry->second;
  }
  Reader sizes(file, "weir.sizes");
  source.sizes = sizes.all();
  if (Result<void> finished = sizes.finish(); !finished)
    return finished.takeError();
  Reader overrides(file, "weir.overrides");
  source.overrides.statements = overrides.texts("statements");
  source.overrides.optimizerArguments = overrides.bindings("optimizer");
  source.overrides.scheduleArguments = overrides.bindings("schedule");
  if (Result<void> finished = overrides.finish(); !finished)
    return finished.takeError();
  auto data = file.metadata.find("weir.data");
  if (data == file.metadata.end())
    return fail("its metadata 'weir.data' is missing");
  Result<DataFormat> format = DataFormat::fromJson(data->second);
  if (!format)
    return inside("its metadata 'weir.data'", format.takeError());
  checkpoint.format = std::move(*format);
  if (auto scores = file.metadata.find("weir.scores"); scores != file.metadata.end())
    checkpoint.scores = scores->second;
  if (file.metadata.contains("weir.progress")) {
    Result<TrainingProgress> progress = readProgress(file);
    if (!progress)
      return progress.takeError();
    checkpoint.progress = std::move(*progress);
  }
  for (const NamedTensor &entry : file) {
    bool isState = entry.name.starts_with(statePrefix);
    std::string name = isState ? entry.name.substr(statePrefix.size()) : entry.name;
    if (Result<void> added = (isState ? checkpoint.states : checkpoint.parameters)
                                 .add(std::move(name), std::move(*file.find(entry.name)));
        !added)
      return added.takeError();
  }
  return checkpoint;
}

Result<Checkpoint> readCheckpoint(const std::string &path) {
  Result<ParameterFile> file = readParameters(path);
  if (!file)
    return fail("{}. Expected a whole checkpoint, as `weir train` writes it", file.error().message);
  Result<Checkpoint> checkpoint = parseCheckpoint(std::move(*file));
  if (!checkpoint)
    return inside(path, checkpoint.takeError());
  return checkpoint;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static std::string describe(const Binding &binding) {
  return std::visit([](auto value) { return fmt::format("{}", value); }, binding);
}

static std::string differenceOf(const char *option, const llvm::StringMap<Binding> &now,
                                const llvm::StringMap<Binding> &then) {
  for (const auto &entry : now) {
    auto other = then.find(entry.first());
    if (other == then.end() || other->second != entry.second)
      return fmt::format("{} {} ({} now, {} then)", option, entry.first().str(),
                         describe(entry.second),
                         other == then.end() ? "not given" : describe(other->second));
  }
  for (const auto &entry : then)
    if (!now.contains(entry.first()))
      return fmt::format("{} {} (not given now, {} then)", option, entry.first().str(),
                         describe(entry.second));
  return "";
}

std::string describeDifference(const TrainingSource &source, const TrainingSource &other) {
  if (source.model != other.model)
    return fmt::format("the model ('{}' now, '{}' then)", source.model, other.model);
  if (source.text != other.text)
    return fmt::format("the text of {}", source.path);
  if (std::string sizes = differenceOf("the size", source.sizes, other.sizes); !sizes.empty())
    return sizes;
  const TrainingOverrides &now = source.overrides, &then = other.overrides;
  if (now.statements != then.statements)
    return fmt::format("the statements ('{}' now, '{}' then)", fmt::join(now.statements, "; "),
                       fmt::join(then.statements, "; "));
  if (std::string arguments =
          differenceOf("the optimizer's", now.optimizerArguments, then.optimizerArguments);
      !arguments.empty())
    return arguments;
  return differenceOf("the schedule's", now.scheduleArguments, then.scheduleArguments);
}

} // namespace weir
