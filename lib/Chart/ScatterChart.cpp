//===- ScatterChart.cpp - Points with names, as SVG ---------------------------===//

#include "weir/Chart/ScatterChart.h"

#include "Svg.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

namespace weir {

constexpr double kWidth = 960, kHeight = 760, kTextSize = 12, kRadius = 3.5;
constexpr int kTicks = 6;

static Range rangeOf(const ScatterChart &chart, bool ofX) {
  std::vector<double> numbers;
  for (const ScatterPoint &point : chart.points)
    if (isShown(chart.x.scale, point.x) && isShown(chart.y.scale, point.y))
      numbers.push_back(ofX ? point.x : point.y);
  const Axis &axis = ofX ? chart.x : chart.y;
  Range range = fitRange(axis, numbers);
  if (axis.scale == Scale::Log)
    return range;
  // Room around the outermost points.
  double room = (range.high / 2 - range.low / 2) * 0.08;
  return {axis.low ? range.low : range.low - room, axis.high ? range.high : range.high + room};
}

static bool overlap(const Box &a, const Box &b) {
  return a.left < b.right() && b.left < a.right() && a.top < b.bottom() && b.top < a.bottom();
}

namespace {
struct Dot {
  double x, y;
  const ScatterPoint *point;
};

struct Label {
  Box box;
  Anchor anchor; // the side of the box that holds if the text is narrower than estimated
};

// Places labels one after the other, each where it covers no other label and no named dot.
class LabelPlacer {
public:
  LabelPlacer(const Box &area, std::span<const Dot> dots) : area(area) {
    for (const Dot &dot : dots)
      if (dot.point->named)
        taken.push_back({dot.x - kRadius, dot.y - kRadius, 2 * kRadius, 2 * kRadius});
  }

  // Where the text of that width goes: right, left, above, below, or the corners.
  std::optional<Label> place(const Dot &dot, double width) {
    constexpr double height = kTextSize + 2, gap = kRadius + 3;
    const double lefts[] = {dot.x + gap, dot.x - gap - width, dot.x - width / 2};
    const double tops[] = {dot.y - height / 2, dot.y - gap - 1 - height, dot.y + gap + 1};
    constexpr int candidates[][2] = {{0, 0}, {1, 0}, {2, 1}, {2, 2},
                                     {0, 1}, {1, 1}, {0, 2}, {1, 2}};
    for (auto [left, top] : candidates) {
      Box box{lefts[left], tops[top], width, height};
      if (box.left < area.left || box.right() > area.right() || box.top < area.top ||
          box.bottom() > area.bottom())
        continue;
      if (std::any_of(taken.begin(), taken.end(),
                      [&](const Box &other) { return overlap(box, other); }))
        continue;
      constexpr Anchor anchors[] = {Anchor::Start, Anchor::End, Anchor::Middle};
      taken.push_back(box);
      return Label{box, anchors[left]};
    }
    return std::nullopt;
  }

private:
  Box area;
  std::vector<Box> taken;
};
} // namespace

static void drawDots(std::string &out, std::span<const Dot> dots, bool named) {
  out += named ? "<g fill=\"#0072b2\">\n" : "<g fill=\"#0072b2\" fill-opacity=\"0.22\">\n";
  for (const Dot &dot : dots) {
    if (dot.point->named != named)
      continue;
    fmt::format_to(std::back_inserter(out), "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"",
                   coordinate(dot.x), coordinate(dot.y), named ? kRadius : 2.0);
    if (dot.point->label.empty())
      out += "/>\n";
    else
      out += "><title>" + escapeXml(dot.point->label) + "</title></circle>\n";
  }
  out += "</g>\n";
}

std::string renderSvg(const ScatterChart &chart) {
  Frame frame{{}, chart.x, chart.y, rangeOf(chart, true), rangeOf(chart, false)};
  frame.box.left = leftMargin(frame.yRange, chart.y, kTicks);
  frame.box.top = chart.title.empty() ? 18 : 48;
  frame.box.width = kWidth - 24 - frame.box.left;
  frame.box.height = kHeight - (chart.x.title.empty() ? 30 : 54) - frame.box.top;

  std::vector<Dot> dots;
  for (const ScatterPoint &point : chart.points) {
    if (!isShown(chart.x.scale, point.x) || !isShown(chart.y.scale, point.y))
      continue;
    Dot dot{frame.placeX(point.x), frame.placeY(point.y), &point};
    if (dot.x >= frame.box.left && dot.x <= frame.box.right() && dot.y >= frame.box.top &&
        dot.y <= frame.box.bottom())
      dots.push_back(dot);
  }

  std::string out;
  beginSvg(out, kWidth, kHeight);
  if (!chart.title.empty())
    drawText(out, frame.box.left, 28, 16, Anchor::Start, shorten(chart.title, 100),
             "fill=\"#111\" font-weight=\"600\"");
  drawFrame(out, frame, kTicks, kTicks);
  drawDots(out, dots, false);
  drawDots(out, dots, true);
  LabelPlacer placer(frame.box, dots);
  // A white rim keeps the letters readable above pale dots.
  out += "<g fill=\"#222\" stroke=\"#fff\" stroke-width=\"3\" stroke-opacity=\"0.8\" "
         "paint-order=\"stroke\">\n";
  for (const Dot &dot : dots) {
    if (!dot.point->named || dot.point->label.empty())
      continue;
    std::string text = shorten(dot.point->label, 40);
    std::optional<Label> label = placer.place(dot, textWidth(text, kTextSize));
    if (!label)
      continue;
    const Box &box = label->box;
    double x = label->anchor == Anchor::Start ? box.left
               : label->anchor == Anchor::End ? box.right()
                                              : box.left + box.width / 2;
    drawText(out, x, box.bottom() - 4, kTextSize, label->anchor, text);
  }
  out += "</g>\n";
  endSvg(out);
  return out;
}

} // namespace weir
