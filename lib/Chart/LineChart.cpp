//===- LineChart.cpp - Curves over an axis, as SVG ----------------------------===//

#include "weir/Chart/LineChart.h"

#include "Svg.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

namespace weir {

constexpr double kWidth = 860, kRight = 28;
constexpr int kXTicks = 8;

static int yTicksOf(const LineChart &chart) { return chart.height >= 300 ? 6 : 4; }

static Range rangeOf(const LineChart &chart, bool ofX) {
  std::vector<double> numbers;
  for (const Series &series : chart.series)
    for (const Point &point : series.points)
      if (isShown(chart.x.scale, point.x) && isShown(chart.y.scale, point.y))
        numbers.push_back(ofX ? point.x : point.y);
  if (ofX)
    for (const Mark &mark : chart.marks)
      numbers.push_back(mark.x);
  const Axis &axis = ofX ? chart.x : chart.y;
  Range range = fitRange(axis, numbers);
  if (ofX)
    return range;
  Range wide = roundOut(range, axis.scale, yTicksOf(chart));
  return {axis.low ? range.low : wide.low, axis.high ? range.high : wide.high};
}

// Points of one column of pixels, of which the first, lowest, highest and last are drawn.
struct PixelColumn {
  double x = 0;
  double first = 0, last = 0, low = 0, high = 0;
  int points = 0;
};

static void appendColumn(std::string &path, const PixelColumn &column, bool start) {
  auto to = [&](double y, bool move) {
    fmt::format_to(std::back_inserter(path), "{}{} {}", move ? 'M' : 'L', coordinate(column.x),
                   coordinate(y));
  };
  to(column.first, start);
  if (column.low != column.first)
    to(column.low, false);
  if (column.high != column.low)
    to(column.high, false);
  if (column.last != column.high)
    to(column.last, false);
}

static std::string linePath(const Frame &frame, const std::vector<Point> &points) {
  std::string path;
  PixelColumn column;
  size_t columns = 0; // since the line began or was interrupted
  auto flush = [&] {
    if (!column.points)
      return;
    appendColumn(path, column, columns == 0);
    column.points = 0;
    ++columns;
  };
  auto interrupt = [&] {
    flush();
    if (columns == 1)
      path += "h0"; // round ends make a dot of a single point
    columns = 0;
  };
  bool thin = points.size() > 2 * static_cast<size_t>(frame.box.width);
  for (const Point &point : points) {
    if (!isShown(frame.x.scale, point.x) || !isShown(frame.y.scale, point.y)) {
      interrupt();
      continue;
    }
    // What lies outside of the axes is cut off, but renderers needn't see huge numbers.
    double x = std::clamp(frame.placeX(point.x), -1e4, 1e4);
    double y = std::clamp(frame.placeY(point.y), -1e4, 1e4);
    if (column.points && (!thin || std::floor(x) != std::floor(column.x)))
      flush();
    if (!column.points)
      column = {x, y, y, y, y, 0};
    column.last = y;
    column.low = std::min(column.low, y);
    column.high = std::max(column.high, y);
    ++column.points;
  }
  interrupt();
  return path;
}

static size_t colourOf(const LineChart &chart, size_t series) {
  return chart.series[series].colour.value_or(series);
}

static void drawSeries(std::string &out, const LineChart &chart, const Frame &frame, size_t index) {
  const Series &series = chart.series[index];
  std::string_view colour = seriesColour(colourOf(chart, index));
  bool faint = series.style == LineStyle::Faint;
  if (std::string path = linePath(frame, series.points); !path.empty())
    fmt::format_to(std::back_inserter(out),
                   "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" "
                   "stroke-linejoin=\"round\" stroke-linecap=\"round\"{}/>\n",
                   path, colour, faint ? "1" : "2", faint ? " stroke-opacity=\"0.25\"" : "");
  if (series.style != LineStyle::Markers)
    return;
  for (const Point &point : series.points)
    if (isShown(frame.x.scale, point.x) && isShown(frame.y.scale, point.y))
      fmt::format_to(std::back_inserter(out),
                     "<circle cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"{}\" stroke=\"#fff\"/>\n",
                     coordinate(std::clamp(frame.placeX(point.x), -1e4, 1e4)),
                     coordinate(std::clamp(frame.placeY(point.y), -1e4, 1e4)), colour);
}

// Names of the series in rows above the plot; returns their height.
static double drawLegend(std::string *out, const LineChart &chart, double left, double top) {
  double x = left, y = top;
  bool any = false;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Series &series = chart.series[i];
    if (series.name.empty())
      continue;
    std::string name = shorten(series.name, 60);
    double width = 30 + textWidth(name, 12) + 22;
    if (x > left && x + width > kWidth - kRight) {
      x = left;
      y += 19;
    }
    if (out) {
      bool faint = series.style == LineStyle::Faint;
      fmt::format_to(std::back_inserter(*out),
                     "<path d=\"M{} {}h22\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n", coordinate(x),
                     coordinate(y - 4), seriesColour(colourOf(chart, i)), faint ? "1.5" : "2.5",
                     faint ? " stroke-opacity=\"0.4\"" : "");
      drawText(*out, x + 30, y, 12, Anchor::Start, name, "fill=\"#333\"");
    }
    x += width;
    any = true;
  }
  return any ? y - top + 19 : 0;
}

static void drawMarks(std::string &out, const LineChart &chart, const Frame &frame) {
  double free = frame.box.left, y = frame.box.top + 16;
  for (const Mark &mark : chart.marks) {
    if (!isShown(chart.x.scale, mark.x))
      continue;
    double x = frame.placeX(mark.x);
    if (x < frame.box.left - 0.5 || x > frame.box.right() + 0.5)
      continue;
    fmt::format_to(std::back_inserter(out),
                   "<path d=\"M{} {}V{}\" stroke=\"#333\" stroke-dasharray=\"5 4\"/>\n",
                   coordinate(x), coordinate(frame.box.top), coordinate(frame.box.bottom()));
    double width = textWidth(mark.text, 12) + 12;
    bool toRight = x + width <= frame.box.right();
    y = (toRight ? x : x - width) < free ? y + 16 : frame.box.top + 16;
    free = toRight ? x + width : x;
    drawText(out, toRight ? x + 6 : x - 6, y, 12, toRight ? Anchor::Start : Anchor::End, mark.text,
             "fill=\"#333\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\"");
  }
}

static void drawChart(std::string &out, const LineChart &chart, const Frame &shape, double top,
                      size_t index) {
  Frame frame = shape;
  double y = top + 14;
  if (!chart.title.empty()) {
    y += 14;
    drawText(out, frame.box.left, y, 16, Anchor::Start, chart.title,
             "fill=\"#111\" font-weight=\"600\"");
    y += 6;
  }
  y += drawLegend(&out, chart, frame.box.left, y + 16);
  frame.box.top = y + 10;
  double bottom = top + chart.height - (chart.x.title.empty() ? 30 : 52);
  frame.box.height = std::max(60.0, bottom - frame.box.top);

  drawFrame(out, frame, kXTicks, yTicksOf(chart));
  // Room for the width of a line at the border.
  fmt::format_to(std::back_inserter(out),
                 "<clipPath id=\"plot{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>"
                 "</clipPath>\n<g clip-path=\"url(#plot{})\">\n",
                 index, coordinate(frame.box.left - 4), coordinate(frame.box.top - 4),
                 coordinate(frame.box.width + 8), coordinate(frame.box.height + 8), index);
  for (bool faint : {true, false}) // pale lines lie behind the others
    for (size_t i = 0; i < chart.series.size(); ++i)
      if ((chart.series[i].style == LineStyle::Faint) == faint)
        drawSeries(out, chart, frame, i);
  out += "</g>\n";
  drawMarks(out, chart, frame);
}

std::string renderSvg(std::span<const LineChart> charts) {
  std::vector<Frame> frames;
  double left = 0, height = 0; // plots below each other share their left border
  for (const LineChart &chart : charts) {
    Frame frame{{}, chart.x, chart.y, rangeOf(chart, true), rangeOf(chart, false)};
    left = std::max(left, leftMargin(frame.yRange, chart.y, yTicksOf(chart)));
    height += chart.height;
    frames.push_back(std::move(frame));
  }
  std::string out;
  beginSvg(out, kWidth, std::max(height, 1.0));
  double top = 0;
  for (size_t i = 0; i < charts.size(); ++i) {
    frames[i].box = {left, 0, kWidth - kRight - left, 0};
    drawChart(out, charts[i], frames[i], top, i);
    top += charts[i].height;
  }
  endSvg(out);
  return out;
}

} // namespace weir
