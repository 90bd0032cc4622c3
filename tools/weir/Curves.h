//===- Curves.h - A training as a picture -------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_CURVES_H
#define WEIR_TOOLS_WEIR_CURVES_H

#include "Smoothed.h"

#include "weir/Chart/LineChart.h"
#include "weir/Runtime/Result.h"
#include "weir/Training/TrainingObserver.h"

namespace weir {

/// Draws the loss and the learning rate over the steps as SVG, anew after each epoch.
class Curves : public TrainingObserver {
public:
  explicit Curves(std::string path) : path(std::move(path)) {}

  void begin(const TrainingOutline &outline) override;
  void step(const StepReport &report) override;
  void epoch(const EpochReport &report) override;
  void end() override;

  /// Why the picture couldn't be written, if so.
  const std::optional<Error> &error() const { return failure; }

private:
  void draw();

  std::string path;
  TrainingOutline outline;
  Smoothed smoothed{0.95};
  std::vector<Point> losses, smoothLosses, validLosses, rates;
  std::optional<Error> failure;
};

/// The picture of a range test (`--find-lr`): the loss over the rate. `suggested` is
/// marked if it is positive.
std::string drawRateSearch(const std::string &model, std::vector<Point> losses, double suggested);

} // namespace weir

#endif
