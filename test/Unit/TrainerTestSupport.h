//===- TrainerTestSupport.h - Small trainings on small data -------------------===//
#ifndef WEIR_TEST_UNIT_TRAINERTESTSUPPORT_H
#define WEIR_TEST_UNIT_TRAINERTESTSUPPORT_H

#include "RuntimeTestSupport.h"

#include "weir/Training/Trainer.h"

namespace weir::test {

// Stars that follow from who rates and what is rated, with a dropout so that a resumed run
// has randomness to repeat.
inline constexpr const char *kRatings = R"(
model Ratings(users: size, films: size = 50, factors: size = 4) {
  input user: index<users>
  input film: index<films>
  let taste = embedding(user, factors)
  let trait = embedding(film, factors)
  let bias = embedding(film, 1)
  output stars = dot(dropout(taste, 0.1), trait) + bias
}
training Ratings {
  target given: f32
  data given from rating
  loss mse(stars, given)
  metric rmse(stars, given)
  optimizer adamw(lr: 0.02, weight_decay: 0.1)
  schedule one_cycle()
  epochs 3
  batch 16
  best valid.rmse min
}
)";

inline constexpr const char *kColours = R"(
model Colours(shapes: size = 5) {
  input shape: index<shapes>
  input facts: f32[2]
  output logits = concat(embedding(shape, 3), facts) |> linear(8) |> relu |> linear(3)
}
training Colours {
  target colour: index<3>
  data facts from weight, "body height" standardize
  loss cross_entropy(logits, colour)
  metric accuracy(logits, colour)
  optimizer adam(lr: 0.05)
  epochs 4
  batch 8
}
)";

/// 200 ratings of 20 users and 15 films.
inline std::string ratingsCsv() {
  std::string text = "user,film,rating\n";
  for (int i = 0; i < 200; ++i) {
    int user = (i * 7) % 20, film = (i * 11 + i / 20) % 15;
    text += fmt::format("u{},f{},{}\n", user, film, 1 + (user * 3 + film * 5) % 9 * 0.5);
  }
  return text;
}

inline TrainingSource sourceOf(std::string text) {
  TrainingSource source;
  source.path = "m.weir";
  source.text = std::move(text);
  return source;
}

inline Result<PreparedTraining> prepare(TrainingSource &source, const DataArguments &data) {
  std::string diagnostics;
  Result<PreparedTraining> prepared = prepareTraining(source, data, diagnostics);
  return prepared ? std::move(prepared)
                  : Result<PreparedTraining>(fail("{}{}", diagnostics, prepared.error().message));
}

} // namespace weir::test

#endif
