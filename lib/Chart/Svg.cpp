//===- Svg.cpp - What both kinds of charts draw with --------------------------===//
//
// SVG 1.1: https://www.w3.org/TR/SVG11/
//
//===----------------------------------------------------------------------===//

#include "Svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace weir {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

// Takes the first character off `text`. U+FFFD, and one byte, for what isn't UTF-8.
static uint32_t takeCharacter(std::string_view &text, std::string_view &bytes) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  size_t length = byte(0) < 0x80   ? 1
                  : byte(0) < 0xC2 ? 0
                  : byte(0) < 0xE0 ? 2
                  : byte(0) < 0xF0 ? 3
                  : byte(0) < 0xF5 ? 4
                                   : 0;
  uint32_t code = length == 1 ? byte(0) : byte(0) & (0x7F >> length);
  bool good = length != 0 && length <= text.size();
  for (size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (!good || code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    bytes = kReplacement;
    text.remove_prefix(1);
    return 0xFFFD;
  }
  bytes = text.substr(0, length);
  text.remove_prefix(length);
  return code;
}

std::string escapeXml(std::string_view text) {
  std::string out;
  for (std::string_view bytes; !text.empty();) {
    uint32_t code = takeCharacter(text, bytes);
    if (code == '&')
      out += "&amp;";
    else if (code == '<')
      out += "&lt;";
    else if (code == '>')
      out += "&gt;";
    else if (code == '"')
      out += "&quot;";
    else if (code == '\'')
      out += "&#39;";
    else if (code == '\t' || code == '\n' || code == '\r')
      out += ' ';
    else if (code < 0x20 || code == 0x7F || code == 0xFFFE || code == 0xFFFF)
      out += kReplacement;
    else
      out += bytes;
  }
  return out;
}

std::string shorten(std::string_view text, size_t most) {
  std::string out;
  size_t end = 0, count = 0; // where the text is cut if it has to be
  for (std::string_view rest = text, bytes; !rest.empty(); ++count) {
    takeCharacter(rest, bytes);
    if (count + 1 < most)
      end = text.size() - rest.size();
  }
  if (count <= most)
    return std::string(text);
  while (end > 0 && text[end - 1] == ' ')
    --end;
  return std::string(text.substr(0, end)) + "\u2026";
}

double textWidth(std::string_view text, double size) {
  double width = 0;
  for (std::string_view bytes; !text.empty();) {
    uint32_t code = takeCharacter(text, bytes);
    if (code >= 0x0300 && code < 0x0370) // combining marks
      continue;
    bool narrow =
        code < 0x80 && std::string_view("iIjl.,:;'|!()[] ft").find(static_cast<char>(code)) !=
                           std::string_view::npos;
    bool wide = code == 'm' || code == 'M' || code == 'w' || code == 'W' || code == '@';
    bool square = code >= 0x1100 && code != 0xFFFD; // East Asian scripts, emoji
    bool capital = code >= 'A' && code <= 'Z';
    width += square ? 1.0 : wide ? 0.88 : narrow ? 0.35 : capital ? 0.69 : 0.62;
  }
  return width * size;
}

std::string coordinate(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0"))
    text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string_view seriesColour(size_t series) {
  constexpr std::array<std::string_view, 7> colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                       "#e69f00", "#56b4e9", "#4d4d4d"};
  return colours[series % colours.size()];
}

void drawText(std::string &out, double x, double y, double size, Anchor anchor,
              std::string_view text, std::string_view style) {
  constexpr std::string_view anchors[] = {"start", "middle", "end"};
  fmt::format_to(std::back_inserter(out),
                 "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n",
                 coordinate(x), coordinate(y), coordinate(size),
                 anchors[static_cast<size_t>(anchor)], style.empty() ? "" : " ", style,
                 escapeXml(text));
}

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

constexpr double kTickSize = 12, kTitleSize = 13;

double Frame::placeX(double value) const {
  return box.left + box.width * placeIn(xRange, x.scale, value);
}
double Frame::placeY(double value) const {
  return box.bottom() - box.height * placeIn(yRange, y.scale, value);
}

double leftMargin(const Range &range, const Axis &axis, int ticks) {
  double widest = 0;
  for (const Tick &tick : makeTicks(range, axis.scale, ticks))
    widest = std::max(widest, textWidth(tick.text, kTickSize));
  return widest + (axis.title.empty() ? 24 : 46);
}

void drawFrame(std::string &out, const Frame &frame, int xTicks, int yTicks) {
  auto line = [&](double x1, double y1, double x2, double y2, std::string_view colour) {
    fmt::format_to(std::back_inserter(out),
                   "<path d=\"M{} {}L{} {}\" stroke=\"{}\" fill=\"none\"/>\n", coordinate(x1),
                   coordinate(y1), coordinate(x2), coordinate(y2), colour);
  };
  const Box &box = frame.box;
  for (const Tick &tick : makeTicks(frame.yRange, frame.y.scale, yTicks)) {
    double y = frame.placeY(tick.at);
    line(box.left, y, box.right(), y, "#e6e6e6");
    drawText(out, box.left - 9, y + 4, kTickSize, Anchor::End, tick.text, "fill=\"#555\"");
  }
  double free = -1e9; // texts don't touch the one before
  for (const Tick &tick : makeTicks(frame.xRange, frame.x.scale, xTicks)) {
    double x = frame.placeX(tick.at), half = textWidth(tick.text, kTickSize) / 2;
    line(x, box.top, x, box.bottom(), "#e6e6e6");
    if (x - half < free)
      continue;
    free = x + half + 8;
    drawText(out, x, box.bottom() + 19, kTickSize, Anchor::Middle, tick.text, "fill=\"#555\"");
  }
  line(box.left, box.bottom(), box.right(), box.bottom(), "#999");
  line(box.left, box.top, box.left, box.bottom(), "#999");
  if (!frame.x.title.empty())
    drawText(out, box.left + box.width / 2, box.bottom() + 40, kTitleSize, Anchor::Middle,
             frame.x.title, "fill=\"#333\"");
  if (!frame.y.title.empty()) {
    double x = 18, y = box.top + box.height / 2;
    drawText(
        out, x, y, kTitleSize, Anchor::Middle, frame.y.title,
        fmt::format("fill=\"#333\" transform=\"rotate(-90 {} {})\"", coordinate(x), coordinate(y)));
  }
}

//===----------------------------------------------------------------------===//
// The picture
//===----------------------------------------------------------------------===//

void beginSvg(std::string &out, double width, double height) {
  std::string w = coordinate(width), h = coordinate(height);
  out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                     "viewBox=\"0 0 {0} {1}\" font-family=\"Helvetica Neue, Helvetica, Arial, "
                     "DejaVu Sans, sans-serif\">\n",
                     w, h);
  out += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>\n", w, h);
}

void endSvg(std::string &out) { out += "</svg>\n"; }

} // namespace weir
