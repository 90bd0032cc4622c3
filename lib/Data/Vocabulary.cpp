//===- Vocabulary.cpp - Categories and their ids ------------------------------===//
#include "weir/Data/Vocabulary.h"
#include <cmath>
#include <numeric>

namespace weir {

Vocabulary::Vocabulary(bool hasUnknown) : unknown(hasUnknown), slots(16, 0) {
  if (unknown)
    labels.emplace_back(kUnknown);
}

/// The slot that holds the text, or the free one where it would go.
size_t Vocabulary::slotOf(std::string_view text) const {
  size_t mask = slots.size() - 1;
  size_t slot = std::hash<std::string_view>()(text) & mask;
  while (slots[slot] != 0 && labels[slots[slot] - 1] != text)
    slot = (slot + 1) & mask;
  return slot;
}

void Vocabulary::rehash(size_t size) {
  slots.assign(size, 0);
  for (size_t id = unknown ? 1 : 0; id < labels.size(); ++id)
    slots[slotOf(labels[id])] = static_cast<uint32_t>(id + 1);
}

/// Gives a text the next id; false if it has one.
bool Vocabulary::add(std::string_view text) {
  size_t slot = slotOf(text);
  if (slots[slot] != 0)
    return false;
  labels.emplace_back(text);
  slots[slot] = static_cast<uint32_t>(labels.size());
  if (2 * labels.size() > slots.size())
    rehash(2 * slots.size());
  return true;
}

int64_t Vocabulary::find(std::string_view text) const {
  uint32_t found = slots[slotOf(text)];
  return found != 0 ? int64_t{found} - 1 : unknown ? 0 : -1;
}

Result<Vocabulary> Vocabulary::create(std::span<const std::string> labels, bool hasUnknown) {
  Vocabulary vocabulary(hasUnknown);
  for (const std::string &label : labels) {
    if (hasUnknown && label == kUnknown)
      return fail("{} stands for unknown categories and can't be one", inQuotes(label));
    if (!vocabulary.add(label))
      return fail("the category {} is there twice", inQuotes(label));
  }
  return vocabulary;
}

/// Numbers by value, others by their bytes (see ofColumns).
static void sortCategories(std::vector<std::string> &texts) {
  std::vector<std::pair<double, std::string>> keyed;
  for (std::string &text : texts)
    keyed.emplace_back(parseNumber(text).value_or(NAN), std::move(text));
  if (std::ranges::any_of(keyed, [](const auto &entry) { return std::isnan(entry.first); }))
    for (auto &[key, text] : keyed)
      key = 0;
  std::ranges::sort(keyed);
  for (size_t i = 0; i < texts.size(); ++i)
    texts[i] = std::move(keyed[i].second);
}

Vocabulary Vocabulary::ofColumns(std::span<const Column *const> columns,
                                 std::span<const int64_t> rows, bool hasUnknown) {
  Vocabulary seen(false);
  for (const Column *column : columns)
    for (int64_t row : rows)
      if (std::string_view text = column->text(row);
          !column->missing(row) && !(hasUnknown && text == kUnknown))
        seen.add(text);
  sortCategories(seen.labels);
  Vocabulary result(hasUnknown);
  for (const std::string &label : seen.labels)
    result.add(label);
  return result;
}

Vocabulary Vocabulary::ofTokens(std::span<const std::string_view> tokens, int64_t size) {
  Vocabulary seen(false);
  std::vector<int64_t> counts;
  for (std::string_view token : tokens) {
    if (seen.add(token))
      counts.push_back(0);
    ++counts[static_cast<size_t>(seen.find(token))];
  }
  std::vector<std::pair<int64_t, size_t>> order; // minus the count, the first place
  for (size_t id = 0; id < counts.size(); ++id)
    order.emplace_back(-counts[id], id);
  std::ranges::sort(order);
  Vocabulary result;
  for (auto [count, id] : order) {
    if (result.size() >= size)
      break;
    if (seen.labels[id] != kUnknown)
      result.add(seen.labels[id]);
  }
  return result;
}

NumberScale NumberScale::of(std::vector<double> numbers) {
  assert(!numbers.empty() && "there is nothing to measure");
  double count = static_cast<double>(numbers.size());
  NumberScale scale;
  // Divided before they are summed: the sum of finite numbers can be infinite.
  for (double number : numbers)
    scale.mean += number / count;
  double variance = 0;
  for (double number : numbers)
    variance += (number - scale.mean) * ((number - scale.mean) / count);
  scale.deviation = variance > 0 && std::isfinite(variance) ? std::sqrt(variance) : 1;
  auto middle = numbers.begin() + static_cast<ptrdiff_t>(numbers.size() / 2);
  std::ranges::nth_element(numbers, middle);
  scale.fill = *middle;
  if (numbers.size() % 2 == 0)
    scale.fill = std::midpoint(*std::max_element(numbers.begin(), middle), *middle);
  return scale;
}

} // namespace weir
