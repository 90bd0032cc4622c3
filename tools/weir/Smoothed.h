//===- Smoothed.h - An average that forgets -----------------------------------===//
#ifndef WEIR_TOOLS_WEIR_SMOOTHED_H
#define WEIR_TOOLS_WEIR_SMOOTHED_H

namespace weir {

/// An average that forgets: of n values the last ones weigh most, by a factor of `keep`
/// per value. Free of the bias towards the first value (as Adam's averages are).
class Smoothed {
public:
  explicit Smoothed(double keep = 0.98) : keep(keep) {}
  double add(double value) {
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return current();
  }
  double current() const { return weight > 0 ? sum / weight : 0; }

private:
  double keep, sum = 0, weight = 0;
};

} // namespace weir

#endif
