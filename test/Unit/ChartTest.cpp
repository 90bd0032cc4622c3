//===- ChartTest.cpp - Pictures are XML and show what they should -------------===//

#include "weir/Chart/LineChart.h"
#include "weir/Chart/ScatterChart.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace weir;

// Checks the part of XML's rules that a writer can break: tags that match, attributes in
// quotes, no bare markup characters, known entities. Returns what is wrong, or nothing.
static std::string xmlMistake(std::string_view xml) {
  std::vector<std::string> open;
  auto textMistake = [](std::string_view text) -> std::string {
    for (size_t i = 0; i < text.size(); ++i) {
      unsigned char c = static_cast<unsigned char>(text[i]);
      if (c < 0x20 && c != '\n')
        return "a control character";
      if (text[i] == '<' || text[i] == '"' || text[i] == '>')
        return "bare markup in " + std::string(text);
      if (text[i] == '&') {
        std::string_view rest = text.substr(i);
        bool known = false;
        for (std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
          known |= rest.starts_with(entity);
        if (!known)
          return "an unknown entity in " + std::string(text);
      }
    }
    return "";
  };
  constexpr std::string_view prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  if (!xml.starts_with(prolog))
    return "no prolog";
  xml.remove_prefix(prolog.size());
  bool root = false;
  while (!xml.empty()) {
    size_t tag = std::min(xml.find('<'), xml.size());
    if (std::string mistake = textMistake(xml.substr(0, tag)); !mistake.empty())
      return mistake;
    xml.remove_prefix(tag);
    if (xml.empty())
      break;
    size_t end = xml.find('>');
    if (end == std::string_view::npos)
      return "a tag that doesn't end";
    std::string_view body = xml.substr(1, end - 1);
    xml.remove_prefix(end + 1);
    if (body.starts_with("/")) {
      if (open.empty() || open.back() != body.substr(1))
        return "no beginning of " + std::string(body);
      open.pop_back();
      continue;
    }
    bool empty = body.ends_with("/");
    if (empty)
      body.remove_suffix(1);
    std::string name(body.substr(0, body.find(' ')));
    if (open.empty() && root)
      return "two roots";
    root = true;
    for (std::string_view rest = body.substr(name.size()); !rest.empty();) {
      size_t first = rest.find("=\""), last = rest.find('"', first + 2);
      if (rest[0] != ' ' || first == std::string_view::npos || last == std::string_view::npos)
        return "a bad attribute in " + std::string(body);
      if (rest.substr(1, first - 1).find_first_not_of("abcdefghijklmnopqrstuvwxyzBXY0123456789-") !=
          std::string_view::npos)
        return "a bad name in " + std::string(body);
      if (std::string mistake = textMistake(rest.substr(first + 2, last - first - 2));
          !mistake.empty())
        return mistake;
      rest.remove_prefix(last + 1);
    }
    if (!empty)
      open.push_back(name);
  }
  return open.empty() && root ? "" : "open tags";
}

static size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

static std::string draw(const LineChart &chart) {
  std::string svg = renderSvg(std::span(&chart, 1));
  EXPECT_EQ(xmlMistake(svg), "");
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  return svg;
}

static std::string draw(const ScatterChart &chart) {
  std::string svg = renderSvg(chart);
  EXPECT_EQ(xmlMistake(svg), "");
  return svg;
}

TEST(Chart, TheCheckOfXmlFindsMistakes) {
  const std::string prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  EXPECT_EQ(xmlMistake(prolog + "<a x=\"1\"><b/>t &amp; u</a>\n"), "");
  EXPECT_NE(xmlMistake(prolog + "<a><b></a></b>"), "");
  EXPECT_NE(xmlMistake(prolog + "<a>x & y</a>"), "");
  EXPECT_NE(xmlMistake(prolog + "<a x=1></a>"), "");
  EXPECT_NE(xmlMistake(prolog + "<a>"), "");
}

TEST(Chart, LinesLieWhereTheyShould) {
  LineChart chart{.title = "t", .x = {"x"}, .y = {"y"}};
  chart.series = {{"line", {{0, 0}, {5, 10}, {10, 0}}}};
  std::string svg = draw(chart);
  // The path goes up to the top and down again: three points, the first and last level.
  size_t at = svg.find("<path d=\"M", svg.find("<g clip-path"));
  ASSERT_NE(at, std::string::npos);
  double x[3], y[3];
  ASSERT_EQ(std::sscanf(svg.c_str() + at, "<path d=\"M%lf %lfL%lf %lfL%lf %lf\"", &x[0], &y[0],
                        &x[1], &y[1], &x[2], &y[2]),
            6);
  EXPECT_NEAR(x[1] - x[0], x[2] - x[1], 0.2);
  EXPECT_EQ(y[0], y[2]);
  EXPECT_LT(y[1], y[0] - 100);
}

TEST(Chart, TextsAreEscaped) {
  LineChart chart{.title = "a<b> & \"c\" 'd'", .x = {"x\ty"}, .y = {"\x01\xFF\xC0\x80"}};
  chart.series = {{"Amélie 日本", {{1, 1}}}};
  std::string svg = draw(chart);
  EXPECT_NE(svg.find(">a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</text>"), std::string::npos);
  EXPECT_NE(svg.find(">Amélie 日本</text>"), std::string::npos);
  EXPECT_NE(svg.find(">x y</text>"), std::string::npos);
  EXPECT_NE(svg.find(">\uFFFD\uFFFD\uFFFD\uFFFD</text>"), std::string::npos);
}

TEST(Chart, OddNumbers) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  double infinite = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<Point>> sets = {
      {},
      {{1, 1}},
      {{1, 5}, {1, 5}, {1, 5}},
      {{nan, nan}},
      {{1, infinite}, {2, -infinite}, {infinite, 1}},
      {{1, 1e-300}, {2, 1e300}},
      {{-1e308, -1e308}, {1e308, 1e308}},
      {{0, 0}, {1, -1}},
  };
  for (Scale scale : {Scale::Linear, Scale::Log})
    for (const std::vector<Point> &points : sets)
      for (LineStyle style : {LineStyle::Plain, LineStyle::Faint, LineStyle::Markers}) {
        LineChart chart{.x = {"x", scale}, .y = {"y", scale}};
        chart.series = {{"s", points, style}};
        draw(chart);
        ScatterChart scatter;
        for (const Point &point : points)
          scatter.points.push_back({point.x, point.y, "p"});
        scatter.x.scale = scatter.y.scale = scale;
        EXPECT_EQ(draw(scatter).find("nan"), std::string::npos);
      }
  EXPECT_EQ(xmlMistake(renderSvg(std::span<const LineChart>())), "");
}

TEST(Chart, GapsInterruptTheLine) {
  LineChart chart;
  chart.series = {{"s", {{1, 1}, {2, 2}, {3, std::nan("")}, {4, 2}, {5, 1}}}};
  std::string svg = draw(chart);
  size_t from = svg.find("<path d=\"", svg.find("<g clip-path")) + 9;
  EXPECT_EQ(count(svg.substr(from, svg.find('"', from) - from), "M"), 2u);
}

TEST(Chart, ManyPointsAreThinnedAndExtremesStay) {
  LineChart chart{.y = {"y", Scale::Linear, 0, 10}};
  Series series{"s", {}};
  for (int i = 0; i < 1000000; ++i)
    series.points.push_back({double(i), i == 777777 ? 10.0 : 1 + 1e-3 * (i % 7)});
  chart.series = {series};
  std::string svg = draw(chart);
  EXPECT_LT(svg.size(), 100000u);
  // The single high point reaches the plot's top, which the clip path names.
  double top = 0;
  size_t at = svg.find("y=\"", svg.find("<clipPath"));
  ASSERT_EQ(std::sscanf(svg.c_str() + at, "y=\"%lf\"", &top), 1);
  std::string highest = " " + std::to_string(static_cast<int>(top + 4));
  EXPECT_NE(svg.find(highest + "L", svg.find("<g clip-path")), std::string::npos);
}

TEST(Chart, MarksAndLegends) {
  LineChart chart{.x = {"lr", Scale::Log}};
  chart.series = {{"first", {{1e-6, 1}, {10, 2}}}, {"", {{1e-6, 2}, {10, 1}}}};
  chart.marks = {{1e-3, "here"}, {0, "nowhere"}};
  std::string svg = draw(chart);
  EXPECT_EQ(count(svg, ">first</text>"), 1u);
  EXPECT_EQ(count(svg, ">here</text>"), 1u);
  EXPECT_EQ(count(svg, ">nowhere</text>"), 0u);
}

TEST(Chart, LabelsDontOverlap) {
  ScatterChart chart{.title = "films", .x = {"1"}, .y = {"2"}};
  // A crowd at one place, of which only some labels fit, and one far away.
  for (int i = 0; i < 40; ++i)
    chart.points.push_back({1e-4 * i, 0, "crowd " + std::to_string(i)});
  chart.points.push_back({5, 5, "alone"});
  chart.points.push_back({2, 2, "unnamed", false});
  std::string svg = draw(chart);
  EXPECT_EQ(count(svg, "<circle"), 42u);
  EXPECT_EQ(count(svg, ">alone</text>"), 1u);
  EXPECT_EQ(count(svg, ">crowd 0</text>"), 1u);
  size_t named = count(svg, ">crowd ") - 40; // 40 are titles of dots
  EXPECT_GE(named, 2u);
  EXPECT_LE(named, 8u);
  EXPECT_EQ(count(svg, ">unnamed</title>"), 1u);
  EXPECT_EQ(count(svg, ">unnamed</text>"), 0u);
}

TEST(Chart, LongLabelsAreCutBetweenCharacters) {
  ScatterChart chart;
  std::string label;
  for (int i = 0; i < 60; ++i)
    label += "é";
  chart.points = {{0, 0, label}};
  std::string svg = draw(chart);
  EXPECT_NE(svg.find("é\u2026</text>"), std::string::npos);
  EXPECT_NE(svg.find(label + "</title>"), std::string::npos);
}
