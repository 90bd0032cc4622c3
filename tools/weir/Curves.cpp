//===- Curves.cpp - A training as a picture -----------------------------------===//

#include "Curves.h"

#include "weir/Runtime/File.h"

#include <algorithm>
#include <cmath>

namespace weir {

void Curves::begin(const TrainingOutline &known) { outline = known; }

void Curves::step(const StepReport &report) {
  auto step = static_cast<double>(report.step);
  losses.push_back({step, report.loss});
  smoothLosses.push_back({step, smoothed.add(report.loss)});
  if (!report.scheduled.empty())
    rates.push_back({step, report.scheduled[0]});
}

void Curves::epoch(const EpochReport &report) {
  if (report.valid)
    validLosses.push_back({static_cast<double>(report.step), report.valid->loss});
  draw();
}

void Curves::end() { draw(); }

// A loss that falls by orders of magnitude is seen on a logarithmic axis only.
static Scale lossScale(const std::vector<Point> &losses) {
  double least = INFINITY, most = 0;
  for (const Point &point : losses) {
    if (!std::isfinite(point.y))
      continue;
    least = std::min(least, point.y);
    most = std::max(most, point.y);
  }
  return least > 0 && std::isfinite(least) && most > 300 * least ? Scale::Log : Scale::Linear;
}

void Curves::draw() {
  LineChart loss{
      .title = outline.model + ": loss", .x = {"step"}, .y = {"loss", lossScale(smoothLosses)}};
  loss.series.push_back({"training, each step", losses, LineStyle::Faint, 0});
  loss.series.push_back({"training, smoothed", smoothLosses, LineStyle::Plain, 0});
  if (!validLosses.empty())
    loss.series.push_back({"validation", validLosses, LineStyle::Markers, 1});
  LineChart rate{.title = "Learning rate", .x = {"step"}, .y = {"lr"}, .height = 220};
  rate.series.push_back({"", rates, LineStyle::Plain, 2});

  std::vector<LineChart> charts = {std::move(loss)};
  if (!rates.empty())
    charts.push_back(std::move(rate));
  if (Result<void> written = writeFile(path, renderSvg(charts)); !written && !failure)
    failure = written.takeError();
}

std::string drawRateSearch(const std::string &model, std::vector<Point> losses, double suggested) {
  Smoothed smoothed(0.9);
  std::vector<Point> smooth;
  size_t least = 0;
  for (const Point &point : losses) {
    if (!std::isfinite(point.y))
      break;
    smooth.push_back({point.x, smoothed.add(point.y)});
    if (smooth.back().y < smooth[least].y)
      least = smooth.size() - 1;
  }
  LineChart chart{.title = model + ": loss at growing learning rates",
                  .x = {"learning rate", Scale::Log},
                  .y = {"loss"},
                  .height = 400};
  // Too high a rate makes the loss explode; what matters is what was met on the way down.
  for (size_t i = 0; i < smooth.size() && i <= least; ++i)
    chart.y.high = std::max(chart.y.high.value_or(losses[i].y), losses[i].y);
  chart.series.push_back({"each step", std::move(losses), LineStyle::Faint, 0});
  chart.series.push_back({"smoothed", std::move(smooth), LineStyle::Plain, 0});
  if (suggested > 0)
    chart.marks.push_back({suggested, fmt::format("suggested: {:.1e}", suggested)});
  return renderSvg(std::span(&chart, 1));
}

} // namespace weir
