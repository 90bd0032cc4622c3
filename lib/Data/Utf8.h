//===- Utf8.h - Checking and stepping through UTF-8 ---------------------------===//
#ifndef WEIR_LIB_DATA_UTF8_H
#define WEIR_LIB_DATA_UTF8_H

#include <cstddef>
#include <string_view>

namespace weir {

/// The bytes of the character at the start of `text` (Unicode 15, table 3-7), or 0 if
/// there is no well-formed one: a stray or missing continuation, an overlong form, a
/// surrogate, a code point above U+10FFFF.
size_t utf8Length(std::string_view text);

/// The offset of the first byte that isn't part of a well-formed character, or npos.
size_t findBadUtf8(std::string_view text);

} // namespace weir

#endif
