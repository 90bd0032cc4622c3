//===- PrintTensor.cpp - A tensor for people ----------------------------------===//

#include "PrintTensor.h"

namespace weir {

// Calls `item` for 0..count-1 or, if that is too long, for both ends of it, with
// `gap` between them.
template <typename Item, typename Gap>
static void each(int64_t count, bool shorten, int64_t most, Item item, Gap gap) {
  bool cut = shorten && count > most;
  int64_t head = cut ? most / 2 : count;
  for (int64_t i = 0; i < head; ++i)
    item(i);
  if (!cut)
    return;
  gap(count - 2 * head);
  for (int64_t i = count - head; i < count; ++i)
    item(i);
}

bool printTensor(const std::string &name, const Tensor &tensor, bool batched, std::string &out) {
  bool shorten = tensor.elements() > 1000;
  out += fmt::format("{} {}\n", name, shapeToString(tensor.shape));
  int64_t examples = batched ? tensor.shape[0] : 1;
  int64_t perExample = examples ? tensor.elements() / examples : 0;
  const float *values = tensor.f32();
  each(
      examples, shorten, 10,
      [&](int64_t example) {
        out += " ";
        each(
            perExample, shorten, 10,
            [&](int64_t i) { out += fmt::format(" {:.6g}", values[example * perExample + i]); },
            [&](int64_t left) { out += " ..."; });
        out += "\n";
      },
      [&](int64_t left) { out += fmt::format("  ... {} more\n", left); });
  return shorten;
}

} // namespace weir
