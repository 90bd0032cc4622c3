//===- Axis.h - From numbers to places on a picture, and round ticks ----------===//
#ifndef WEIR_CHART_AXIS_H
#define WEIR_CHART_AXIS_H

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

enum class Scale { Linear, Log };

/// What an axis shows. A limit that isn't given follows from the points.
struct Axis {
  std::string title = {};
  Scale scale = Scale::Linear;
  std::optional<double> low = {}, high = {};
};

/// A range of numbers, low < high, both finite; both positive on a logarithmic scale.
struct Range {
  double low = 0, high = 1;
};

/// Whether a scale has a place for the number: finite and, if logarithmic, positive.
bool isShown(Scale scale, double number);

/// The range of an axis for those numbers. Numbers that the scale can't show don't count.
/// There is always one: for no numbers, for one, for equal ones, up to 1e300.
Range fitRange(const Axis &axis, std::span<const double> numbers);

/// Where a number lies between range.low (0) and range.high (1); beyond them too.
double placeIn(const Range &range, Scale scale, double number);

struct Tick {
  double at = 0;
  std::string text;
};

/// About `count` (2 or more) ticks within the range: multiples of 1, 2 or 5 times a power
/// of ten, on a logarithmic scale powers of ten if it spans enough of them. The texts tell
/// the ticks apart.
std::vector<Tick> makeTicks(const Range &range, Scale scale, int count);

/// The range extended to the next ticks at both ends (linear scales only).
Range roundOut(const Range &range, Scale scale, int count);

} // namespace weir

#endif
