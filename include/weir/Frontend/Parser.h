//===- Parser.h - From text to tree ---------------------------------------===//
#ifndef WEIR_FRONTEND_PARSER_H
#define WEIR_FRONTEND_PARSER_H

#include "weir/Frontend/AST.h"
#include "weir/Frontend/Diagnostics.h"

#include <memory>

namespace weir {

/// The most levels of parentheses, calls and the like within each other.
inline constexpr unsigned maxNesting = 128;
/// The most levels of an expression, chains like `a + b + c` counted.
inline constexpr unsigned maxExprHeight = 512;

/// Parses one text (part of a SourceMgr buffer, for the messages' sake). What
/// can't be parsed is reported and skipped up to the next statement, so the
/// result holds what is well formed; errors are in `diagnostics`.
std::unique_ptr<ast::SourceFile> parse(llvm::StringRef text, Diagnostics &diagnostics);

/// The same for statements of a training block without the block: the result
/// holds one definition without a name.
std::unique_ptr<ast::SourceFile> parseTrainingStatements(llvm::StringRef text,
                                                         Diagnostics &diagnostics);

/// Whether the bytes are text that the lexer may read: UTF-8 without NUL, and
/// at most 16 MiB. Reports the first offence.
bool checkIsText(llvm::StringRef text, Diagnostics &diagnostics);

} // namespace weir

#endif
