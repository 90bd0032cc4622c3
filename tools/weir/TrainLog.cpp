//===- TrainLog.cpp - A training, for tools that read it ----------------------===//

#include "TrainLog.h"

#include "weir/Runtime/File.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>
#include <unistd.h>

namespace weir {

static std::string number(double value) {
  if (std::isfinite(value))
    return fmt::format("{}", value); // the shortest text that reads back as the same number
  return std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

// RFC 8259. Names come from models, which are UTF-8.
static std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", c);
    else
      out += c;
  }
  return out + "\"";
}

static std::string list(std::span<const std::string> names) {
  std::string out = "[";
  for (const std::string &name : names)
    out += (out.size() > 1 ? "," : "") + quoted(name);
  return out + "]";
}

static std::string object(std::span<const std::string> names, std::span<const double> values) {
  std::string out = "{";
  for (size_t i = 0; i < names.size() && i < values.size(); ++i)
    out += (i ? "," : "") + quoted(names[i]) + ":" + number(values[i]);
  return out + "}";
}

// Whether the line is a whole one and says nothing of the step `first` or a later one.
static bool staysBefore(std::string_view line, int64_t first) {
  if (!line.ends_with("}\n"))
    return false;
  constexpr std::string_view key = "\"step\":";
  bool ofStep = line.starts_with("{\"event\":\"step\"") || line.starts_with("{\"event\":\"epoch\"");
  size_t at = line.find(key);
  if (!ofStep || at == line.npos)
    return true;
  int64_t step = 0;
  std::from_chars(line.data() + at + key.size(), line.data() + line.size(), step);
  return step < first;
}

static Result<void> cutBehind(const std::string &path, size_t kept) {
  if (isRegularFile(path) && ::truncate(path.c_str(), static_cast<off_t>(kept)) != 0)
    return fail("{}: can't be written: {}", path, std::strerror(errno));
  return {};
}

// Cuts the log behind what it says of the steps before `first`.
static Result<void> keepBefore(const std::string &path, int64_t first) {
  if (!isRegularFile(path))
    return {};
  Result<FileBytes> bytes = readFile(path);
  if (!bytes)
    return bytes.takeError();
  std::string_view text = bytes->text();
  size_t kept = 0;
  while (kept < text.size()) {
    size_t end = std::min(text.find('\n', kept), text.size() - 1) + 1;
    if (!staysBefore(text.substr(kept, end - kept), first))
      break;
    kept = end;
  }
  return cutBehind(path, kept);
}

Result<std::unique_ptr<TrainLog>> TrainLog::open(const std::string &path, bool append,
                                                 int64_t every) {
  FILE *file = std::fopen(path.c_str(), "ae");
  if (!file)
    return fail("{}: can't be written: {}", path, std::strerror(errno));
  return std::unique_ptr<TrainLog>(new TrainLog(path, file, append, std::max<int64_t>(every, 1)));
}

TrainLog::~TrainLog() { std::fclose(file); }

void TrainLog::write(std::string text, bool flush) {
  if (failure)
    return;
  text += '\n';
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size() ||
      (flush && std::fflush(file) != 0))
    failure = fail("{}: can't be written: {}", path, std::strerror(errno));
}

void TrainLog::begin(const TrainingOutline &known) {
  outline = known;
  Result<void> cut = append ? keepBefore(path, outline.firstStep) : cutBehind(path, 0);
  if (!cut) {
    failure = cut.takeError();
    return;
  }
  write(fmt::format("{{\"event\":\"begin\",\"model\":{},\"epochs\":{},\"first_step\":{},"
                    "\"steps\":{},\"batch\":{},\"train_examples\":{},\"valid_examples\":{},"
                    "\"metrics\":{},\"scheduled\":{}}}",
                    quoted(outline.model), outline.epochs, outline.firstStep, outline.steps,
                    outline.batch, outline.trainExamples, outline.validExamples,
                    list(outline.metrics), list(outline.scheduled)),
        true);
}

void TrainLog::step(const StepReport &report) {
  if (report.step != outline.firstStep && report.step % every != 0)
    return;
  bool flush = report.seconds - flushed > 0.5; // for those who read along
  if (flush)
    flushed = report.seconds;
  write(fmt::format("{{\"event\":\"step\",\"step\":{},\"epoch\":{},\"examples\":{},\"loss\":{},"
                    "\"scheduled\":{},\"seconds\":{}}}",
                    report.step, report.epoch, report.examples, number(report.loss),
                    object(outline.scheduled, report.scheduled), number(report.seconds)),
        flush);
}

void TrainLog::epoch(const EpochReport &report) {
  auto scores = [&](const Scores &of) {
    std::vector<std::string> names = {"loss"};
    names.insert(names.end(), outline.metrics.begin(), outline.metrics.end());
    std::vector<double> values = {of.loss};
    values.insert(values.end(), of.metrics.begin(), of.metrics.end());
    return object(names, values);
  };
  write(fmt::format("{{\"event\":\"epoch\",\"epoch\":{},\"step\":{},\"train\":{},\"valid\":{},"
                    "\"best\":{},\"seconds\":{},\"examples_per_second\":{}}}",
                    report.epoch, report.step, scores(report.train),
                    report.valid ? scores(*report.valid) : "null", report.best,
                    number(report.seconds), number(report.perSecond)),
        true);
}

void TrainLog::saving() {
  if (!failure && std::fflush(file) != 0)
    failure = fail("{}: can't be written: {}", path, std::strerror(errno));
}

void TrainLog::end() { write("{\"event\":\"end\"}", true); }

} // namespace weir
