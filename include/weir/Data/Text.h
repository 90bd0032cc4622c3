//===- Text.h - Running text as ids -------------------------------------------===//
#ifndef WEIR_DATA_TEXT_H
#define WEIR_DATA_TEXT_H

#include "weir/Data/Dataset.h"
#include "weir/Data/Vocabulary.h"

namespace weir {

enum class TextUnit {
  Words,     ///< runs of the letters a-z; A-Z count as theirs, all else separates
  Characters ///< code points, as they are
};

/// The tokens of a text, and the memory that they are views of. Movable.
struct Tokens {
  std::vector<char> memory;
  std::vector<std::string_view> all;
};

/// The first `limit` tokens of a text, or all if it is 0. Bytes that aren't UTF-8 are
/// passed over.
Tokens tokenize(std::string_view text, TextUnit unit, int64_t limit = 0);

/// How a text becomes examples: `window` tokens and the one that follows them.
struct TextSpec {
  TextUnit unit = TextUnit::Words;
  int64_t vocabulary = 10000; ///< ids at most, with 0 for all other tokens
  int64_t window = 3;
  std::string input = "words"; ///< the model's input, index<vocabulary>[window]
  std::string target = "next"; ///< and its target, index<vocabulary>
};

/// A vocabulary of tokens; travels in the checkpoint as an Encoder does.
class TextEncoder {
public:
  /// Learns the most frequent tokens. Refuses texts without any, and sizes below 1.
  static Result<TextEncoder> fit(const Tokens &tokens, TextSpec spec);

  const TextSpec &spec() const { return how; }
  const Vocabulary &vocabulary() const { return map; }

  /// The ids, I64 [tokens].
  Result<Tensor> encode(const Tokens &tokens) const;

  /// Every window with the token behind it: tokens - window examples, which share the
  /// memory of one sequence. Refuses texts of less than window + 1 tokens.
  Result<Dataset> windows(const Tokens &tokens) const;

  /// As Encoder's.
  std::string toJson() const;
  static Result<TextEncoder> fromJson(std::string_view json);

private:
  TextSpec how;
  Vocabulary map;
};

} // namespace weir

#endif
