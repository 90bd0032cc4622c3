//===- Svg.h - What both kinds of charts draw with ----------------------------===//
#ifndef WEIR_LIB_CHART_SVG_H
#define WEIR_LIB_CHART_SVG_H

#include "weir/Chart/Axis.h"

#include <string_view>

namespace weir {

/// Text as XML may hold it: markup escaped; bytes that aren't UTF-8, control characters
/// and non-characters become U+FFFD.
std::string escapeXml(std::string_view text);

/// The text cut to about `most` characters, with an ellipsis if anything is lost.
std::string shorten(std::string_view text, size_t most);

/// Roughly how wide a text is drawn, in the unit of `size`.
double textWidth(std::string_view text, double size);

/// A coordinate: at most one decimal.
std::string coordinate(double value);

/// The colours of series, told apart by the colour-blind too (Okabe and Ito, 2008).
std::string_view seriesColour(size_t series);

struct Box {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

/// A plot's area with its two axes.
struct Frame {
  Box box;
  Axis x, y;
  Range xRange, yRange;

  double placeX(double value) const;
  double placeY(double value) const;
};

/// The room that the texts left of a plot need.
double leftMargin(const Range &range, const Axis &axis, int ticks);

/// Grid, ticks and titles of the axes. `xTicks` and `yTicks` say about how many.
void drawFrame(std::string &out, const Frame &frame, int xTicks, int yTicks);

enum class Anchor { Start, Middle, End };
/// A line of text, escaped; `style` holds further attributes.
void drawText(std::string &out, double x, double y, double size, Anchor anchor,
              std::string_view text, std::string_view style = "");

/// The picture's beginning (white ground, fonts) and end.
void beginSvg(std::string &out, double width, double height);
void endSvg(std::string &out);

} // namespace weir

#endif
