//===- LineChart.h - Curves over an axis, as SVG ------------------------------===//
#ifndef WEIR_CHART_LINECHART_H
#define WEIR_CHART_LINECHART_H

#include "weir/Chart/Axis.h"

namespace weir {

struct Point {
  double x = 0, y = 0;
};

enum class LineStyle {
  Plain,  ///< a line
  Faint,  ///< a thin pale one: the raw numbers behind a smoothed curve
  Markers ///< a line with a dot at each point
};

/// Points in ascending x. A point that an axis can't show (NaN, infinite, not positive on
/// a logarithmic axis) interrupts the line.
struct Series {
  std::string name;
  std::vector<Point> points = {};
  LineStyle style = LineStyle::Plain;
  /// Series of one colour belong together; by default each has its own.
  std::optional<size_t> colour = {};
};

/// A vertical line with a text, to point something out.
struct Mark {
  double x = 0;
  std::string text;
};

struct LineChart {
  std::string title = {};
  Axis x = {}, y = {};
  std::vector<Series> series = {};
  std::vector<Mark> marks = {};
  double height = 360; ///< pixels, all texts included
};

/// An SVG picture (a whole file, UTF-8) of charts below each other, 860 pixels wide. A line
/// of many points is thinned to what the pixels can show; its extremes stay.
std::string renderSvg(std::span<const LineChart> charts);

} // namespace weir

#endif
