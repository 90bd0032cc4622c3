//===- ProgressBar.h - A training, for people who watch it --------------------===//
//
// A table with a row per epoch and, on a terminal, a line below it that moves.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_PROGRESSBAR_H
#define WEIR_TOOLS_WEIR_PROGRESSBAR_H

#include "Smoothed.h"

#include "weir/Training/TrainingObserver.h"

#include <cstdio>

namespace weir {

class ProgressBar : public TrainingObserver {
public:
  /// Without a terminal nothing is rewritten: a line per epoch. `columns` is the
  /// terminal's width; 0 asks it.
  ProgressBar(FILE *out, bool terminal, int columns = 0)
      : out(out), terminal(terminal), columns(columns) {}

  void begin(const TrainingOutline &outline) override;
  void step(const StepReport &report) override;
  void epoch(const EpochReport &report) override;
  void end() override;

private:
  void write(std::string_view text);
  void clear();
  std::string line(const StepReport &report) const;

  FILE *out;
  bool terminal;
  int columns;
  TrainingOutline outline;
  Smoothed loss;
  int64_t examples = 0; // since the training began
  double shown = -1;    // when the line was last written, in seconds; -1 for never
  bool visible = false; // whether the line stands there
};

} // namespace weir

#endif
