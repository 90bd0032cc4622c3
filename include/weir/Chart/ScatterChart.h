//===- ScatterChart.h - Points with names, as SVG -----------------------------===//
#ifndef WEIR_CHART_SCATTERCHART_H
#define WEIR_CHART_SCATTERCHART_H

#include "weir/Chart/Axis.h"

namespace weir {

struct ScatterPoint {
  double x = 0, y = 0;
  std::string label; ///< shown by viewers that point at the dot; may be empty
  bool named = true; ///< whether the label is also written beside the dot
};

struct ScatterChart {
  std::string title = {};
  Axis x = {}, y = {};
  /// In the order of importance: where labels would overlap, the earlier one is written.
  std::vector<ScatterPoint> points = {};
};

/// An SVG picture (a whole file, UTF-8), 960 by 760 pixels. Points that an axis can't show
/// are left out.
std::string renderSvg(const ScatterChart &chart);

} // namespace weir

#endif
