//===- LossText.h - Which output is held against which target -------------===//
#ifndef WEIR_TRAINING_LOSSTEXT_H
#define WEIR_TRAINING_LOSSTEXT_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A loss that is a call of a function of an output and a target, as
/// `cross_entropy(logits, label)`.
struct LossText {
  std::string call, output, target;
};

/// The loss as the training block of `model` writes it, or the statements from outside,
/// which come first. Nothing if it isn't such a call. The text must be one that
/// loadTraining takes.
std::optional<LossText> readLossText(std::string_view text, std::string_view model,
                                     const std::vector<std::string> &statements);

} // namespace weir

#endif
