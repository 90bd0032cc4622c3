//===- Axis.cpp - From numbers to places on a picture, and round ticks --------===//

#include "weir/Chart/Axis.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace weir {

// Sums and differences of numbers within these can't overflow.
constexpr double kMost = 1e300;
constexpr double kLeast = 1e-300;

bool isShown(Scale scale, double number) {
  return std::isfinite(number) && (scale == Scale::Linear || number > 0);
}

Range fitRange(const Axis &axis, std::span<const double> numbers) {
  bool log = axis.scale == Scale::Log;
  Range range = log ? Range{1, 10} : Range{0, 1};
  bool any = false;
  for (double number : numbers) {
    if (!isShown(axis.scale, number))
      continue;
    range.low = any ? std::min(range.low, number) : number;
    range.high = any ? std::max(range.high, number) : number;
    any = true;
  }
  if (axis.low && isShown(axis.scale, *axis.low))
    range.low = *axis.low;
  if (axis.high && isShown(axis.scale, *axis.high))
    range.high = *axis.high;

  range.low = std::clamp(range.low, log ? kLeast : -kMost, kMost);
  range.high = std::clamp(range.high, range.low, kMost);
  // Ranges too narrow for ticks that differ are widened around their middle.
  double size = std::max(std::abs(range.low), std::abs(range.high));
  if (log && range.high < range.low * (1 + 1e-9))
    return {std::max(range.low / 2, kLeast), std::max(range.high * 2, 2 * kLeast)};
  if (!log && range.high - range.low <= 1e-9 * size) {
    double half = size > kLeast ? size / 2 : 1;
    return {range.low - half, range.high + half};
  }
  if (!log && range.high - range.low < kLeast)
    return {range.low - 1, range.high + 1};
  return range;
}

double placeIn(const Range &range, Scale scale, double number) {
  if (scale == Scale::Log)
    return (std::log(number) - std::log(range.low)) / (std::log(range.high) - std::log(range.low));
  // Halves, so that the difference of two huge numbers is finite.
  return (number / 2 - range.low / 2) / (range.high / 2 - range.low / 2);
}

//===----------------------------------------------------------------------===//
// Ticks
//===----------------------------------------------------------------------===//

// The least of 1, 2, 5, 10 times a power of ten that cuts the span into at most `count`
// pieces, as a multiple and an exponent.
static std::pair<int, int> roundStep(double span, int count) {
  double rough = span / count;
  int exponent = static_cast<int>(std::floor(std::log10(rough)));
  double lead = rough / std::pow(10.0, exponent);
  for (int step : {1, 2, 5})
    if (lead <= step * (1 + 1e-9))
      return {step, exponent};
  return {1, exponent + 1};
}

// 12345.6 as "12,345.6".
static std::string groupDigits(std::string text) {
  size_t first = text[0] == '-' ? 1 : 0;
  size_t end = std::min(text.find('.'), text.size());
  for (size_t i = end; i > first + 3; i -= 3)
    text.insert(i - 3, ",");
  return text;
}

// A multiple of step * 10^exponent with just the digits that tell it from its neighbours.
static std::string tickText(double at, int exponent, double largest) {
  if (at == 0)
    return "0";
  if (largest < 1e7 && exponent >= -6)
    return groupDigits(fmt::format("{:.{}f}", at, std::max(0, -exponent)));
  int digits = static_cast<int>(std::floor(std::log10(std::abs(at)) + 1e-12)) - exponent;
  std::string text = fmt::format("{:.{}e}", at, std::clamp(digits, 0, 17));
  // 2.0e+06 is 2e6, 2e-06 is 2e-6.
  size_t e = text.find('e') + 1;
  if (e > 3 && text.substr(e - 3, 2) == ".0")
    text.erase(e - 3, 2), e -= 2;
  std::string power = text.substr(text[e] == '+' ? e + 1 : e);
  size_t zero = power[0] == '-' ? 1 : 0;
  while (zero + 1 < power.size() && power[zero] == '0')
    power.erase(zero, 1);
  return text.substr(0, e) + power;
}

static std::vector<Tick> linearTicks(const Range &range, int count) {
  auto [multiple, exponent] = roundStep(range.high - range.low, count);
  double step = multiple * std::pow(10.0, exponent);
  double largest = std::max(std::abs(range.low), std::abs(range.high));
  std::vector<Tick> ticks;
  // Whole numbers that a double holds exactly: the range is wider than 1e-9 of its ends.
  for (double i = std::ceil(range.low / step - 1e-9); i <= range.high / step + 1e-9; ++i)
    ticks.push_back({i * step, tickText(i * step, exponent, largest)});
  return ticks;
}

std::vector<Tick> makeTicks(const Range &range, Scale scale, int count) {
  if (scale == Scale::Linear)
    return linearTicks(range, count);
  double first = std::ceil(std::log10(range.low) - 1e-9);
  double last = std::floor(std::log10(range.high) + 1e-9);
  if (last - first < 1) // less than two powers of ten: round numbers of a linear axis
    return linearTicks(range, count);
  double apart = std::max(1.0, std::ceil((last - first) / count));
  std::vector<Tick> ticks;
  auto add = [&](double at, double power) {
    ticks.push_back({at, std::abs(power) <= 3 ? fmt::format("{:g}", at)
                                              : tickText(at, static_cast<int>(power), kMost)});
  };
  bool fine = last - first < 3 && count >= 5; // 1, 2, 5, 10, 20, ...
  if (fine && range.low <= 5 * std::pow(10.0, first - 1))
    add(5 * std::pow(10.0, first - 1), first - 1);
  for (double power = std::ceil(first / apart) * apart; power <= last; power += apart) {
    add(std::pow(10.0, power), power);
    for (int multiple : {2, 5})
      if (double at = multiple * std::pow(10.0, power); fine && at <= range.high)
        add(at, power);
  }
  return ticks;
}

Range roundOut(const Range &range, Scale scale, int count) {
  if (scale == Scale::Log)
    return range;
  auto [multiple, exponent] = roundStep(range.high - range.low, count);
  double step = multiple * std::pow(10.0, exponent);
  return {std::max(std::floor(range.low / step + 1e-9) * step, -kMost),
          std::min(std::ceil(range.high / step - 1e-9) * step, kMost)};
}

} // namespace weir
