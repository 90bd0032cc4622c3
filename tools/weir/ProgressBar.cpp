//===- ProgressBar.cpp - A training, for people who watch it ------------------===//

#include "ProgressBar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace weir {

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

// Four digits behind the point, or three significant ones where that says nothing.
static std::string measured(double value) {
  double size = std::abs(value);
  if (!std::isfinite(value) || size == 0 || (size >= 1e-3 && size < 1e5))
    return fmt::format("{:.4f}", value);
  return fmt::format("{:.2e}", value);
}

// "8.4 s", "2:08", "1:02:08".
static std::string duration(double seconds) {
  if (seconds < 59.95)
    return fmt::format("{:.1f} s", seconds);
  auto whole = static_cast<int64_t>(std::min(std::round(seconds), 1e9));
  if (whole < 3600)
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

static std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", std::isfinite(number) ? number : 0.0);
  for (size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

constexpr int kCell = 10;

// The columns of one measure, on training and maybe on validation data.
static int groupWidth(const std::string &name, bool valid) {
  return std::max<int>(kCell * (valid ? 2 : 1), static_cast<int>(name.size()) + 2);
}

static std::string header(const TrainingOutline &outline) {
  bool valid = outline.validExamples > 0;
  std::string names = "     ", sides = "epoch";
  auto add = [&](const std::string &name) {
    int width = groupWidth(name, valid);
    names += fmt::format("{:>{}}", name, width);
    sides += valid ? fmt::format("{:>{}}{:>{}}", "train", width - kCell, "valid", kCell)
                   : fmt::format("{:>{}}", "train", width);
  };
  add("loss");
  for (const std::string &metric : outline.metrics)
    add(metric);
  return names + "\n" + sides + fmt::format("{:>{}}{:>13}\n", "time", kCell, "examples/s");
}

static std::string row(const TrainingOutline &outline, const EpochReport &report) {
  bool valid = outline.validExamples > 0;
  std::string text = fmt::format("{:>5}", report.epoch);
  // An area under a curve, say, is there on validation data only.
  auto cell = [](bool there, double value) {
    return there && !std::isnan(value) ? measured(value) : std::string("-");
  };
  auto add = [&](const std::string &name, double train, double held) {
    int width = groupWidth(name, valid);
    text += valid ? fmt::format("{:>{}}{:>{}}", cell(true, train), width - kCell,
                                cell(report.valid.has_value(), held), kCell)
                  : fmt::format("{:>{}}", cell(true, train), width);
  };
  add("loss", report.train.loss, report.valid ? report.valid->loss : 0);
  for (size_t i = 0; i < outline.metrics.size(); ++i)
    add(outline.metrics[i], i < report.train.metrics.size() ? report.train.metrics[i] : NAN,
        report.valid && i < report.valid->metrics.size() ? report.valid->metrics[i] : NAN);
  return text + fmt::format("{:>{}}{:>13}{}\n", duration(report.seconds), kCell,
                            grouped(report.perSecond), report.best ? "  best" : "");
}

//===----------------------------------------------------------------------===//
// The line that moves
//===----------------------------------------------------------------------===//

static bool speaksUtf8() {
  for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char *value = std::getenv(name); value && *value) {
      std::string_view text = value;
      return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos;
    }
  return false;
}

static int widthOf(FILE *out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

std::string ProgressBar::line(const StepReport &report) const {
  int64_t steps = std::max<int64_t>(outline.steps, 1);
  double part = std::clamp(static_cast<double>(report.step) / static_cast<double>(steps), 0.0, 1.0);
  int64_t done = report.step - outline.firstStep + 1,
          left = std::max<int64_t>(steps - report.step, 0);
  double perStep = report.seconds / static_cast<double>(std::max<int64_t>(done, 1));

  std::string front = fmt::format("epoch {}/{} ", report.epoch, outline.epochs);
  // Numbers keep their places, so that the bar keeps its length.
  std::string all = grouped(double(steps));
  std::string back = fmt::format(" {:>{}}/{}  loss {:>7}", grouped(double(report.step)), all.size(),
                                 all, measured(loss.current()));
  if (!report.scheduled.empty())
    back += fmt::format("  lr {:.2e}", report.scheduled[0]);
  double rate = report.seconds > 0 ? static_cast<double>(examples) / report.seconds : 0;
  back += fmt::format("  {:>9}/s  {:>6} left", grouped(rate),
                      duration(perStep * static_cast<double>(left)));

  int width = columns > 0 ? columns : widthOf(out);
  int room = width - 1 - static_cast<int>(front.size() + back.size());
  int cells = std::clamp(room, 0, 40);
  if (cells < 5) {
    std::string text = front + back.substr(1);
    return text.substr(0, static_cast<size_t>(std::max(width - 1, 0)));
  }
  bool utf8 = speaksUtf8();
  int full = static_cast<int>(part * cells + 1e-9);
  std::string bar;
  for (int i = 0; i < cells; ++i)
    bar += i < full ? (utf8 ? "\u2501" : "=") : (utf8 ? "\u2500" : ".");
  return front + bar + back;
}

// What can't be written is lost: a full disk must not end a training.
void ProgressBar::write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out); }

void ProgressBar::clear() {
  if (visible)
    write("\r\x1b[K");
  visible = false;
}

void ProgressBar::begin(const TrainingOutline &known) {
  outline = known;
  write(header(outline));
  std::fflush(out);
}

void ProgressBar::step(const StepReport &report) {
  loss.add(report.loss);
  examples += report.examples;
  // At most ten times a second: a step may take microseconds.
  if (!terminal || (shown >= 0 && report.seconds - shown < 0.1))
    return;
  shown = report.seconds;
  write(fmt::format("\r{}\x1b[K", line(report)));
  std::fflush(out);
  visible = true;
}

void ProgressBar::epoch(const EpochReport &report) {
  clear();
  write(row(outline, report));
  std::fflush(out);
}

void ProgressBar::end() {
  clear();
  std::fflush(out);
}

} // namespace weir
