//===- TrainingPlan.h - How a model is trained, in plain values -----------===//
#ifndef WEIR_FRONTEND_TRAININGPLAN_H
#define WEIR_FRONTEND_TRAININGPLAN_H

#include "weir/Frontend/ScalarProgram.h"

#include <optional>
#include <string>

namespace weir {

/// When the rows of embedding tables that a batch doesn't read are updated.
enum class TablePolicy : uint8_t {
  Deferred, ///< when they are next read, to what Dense gives to the last bit
  Dense,    ///< in every step
  Lazy,     ///< never: the steps that they miss are left out
};

/// Everything about a training but its functions.
struct TrainingPlan {
  /// What is in force, defaults too, in the words of the language, to be shown:
  /// {"epochs", "5"}. Some words come several times.
  struct Line {
    std::string word, text;
  };
  std::vector<Line> summary;

  int64_t epochs = 1;
  int64_t batch = 64;
  /// The greatest length of the gradient of all parameters together.
  std::optional<double> clipNorm;

  std::string optimizer, schedule; ///< their names, to be shown

  /// Which epoch's parameters are the best ones: by this metric (or "loss") on
  /// validation or training data.
  struct Best {
    bool onValidation = true;
    std::string metric;
    bool largest = false;
  };
  std::optional<Best> best;

  /// The patterns of `freeze`; the weir.params that match have the attribute
  /// `frozen`.
  std::vector<std::string> freeze;

  /// The arguments of @train after the model's inputs.
  std::vector<std::string> targets;

  /// Where an input or target comes from in the training data.
  struct DataBinding {
    std::string name;                 ///< of the input or target
    std::vector<std::string> columns; ///< of the table; empty for a text
    bool standardize = false;         ///< numbers to mean 0 and deviation 1
    std::string text;                 ///< "words" or "characters" of a text, or ""
  };
  std::vector<DataBinding> data;

  TablePolicy tables = TablePolicy::Deferred;

  /// A number for all examples of an epoch, made of what @train gives for each.
  struct Metric {
    enum class Kind : uint8_t {
      Mean, ///< the mean of result `result` over the examples
      Auc,  ///< the area under the ROC curve: scores in `result`, truths (1 if
            ///< above 0.5) in `result` + 1
    };
    struct Input {
      Kind kind = Kind::Mean;
      unsigned result = 0; ///< of @train; 0 is the loss
    };
    std::string name;
    std::vector<Input> inputs;
    /// The metric from the values of its inputs.
    double evaluate(const std::vector<double> &values) const;

    ScalarProgram program;
    ScalarProgram::Node node = 0;
  };
  std::vector<Metric> metrics;

  /// What the optimizer keeps for each element of a parameter.
  struct State {
    std::string name;
    double initial = 0;
  };
  std::vector<State> states;

  /// The optimizer's arguments that change from step to step, in its order.
  std::vector<std::string> hypers;
  /// Their values in `step`, 1 to `steps`.
  std::vector<double> evaluateHypers(int64_t step, int64_t steps) const;

  /// The optimizer's parameters that the schedule sets, "lr" first: to be
  /// logged and drawn.
  std::vector<std::string> scheduled;
  std::vector<double> evaluateScheduled(int64_t step, int64_t steps) const;

  ScalarProgram program; ///< inputs: step, steps
  std::vector<ScalarProgram::Node> hyperNodes, scheduledNodes;
};

} // namespace weir

#endif
