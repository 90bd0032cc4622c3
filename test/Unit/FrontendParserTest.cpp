//===- FrontendParserTest.cpp - Text to tree, and hostile text ------------===//

#include "weir/Frontend/Frontend.h"
#include "weir/Frontend/Lexer.h"
#include "weir/Frontend/Parser.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <gtest/gtest.h>

namespace weir {
namespace {

std::vector<std::string> tokensOf(llvm::StringRef text) {
  Diagnostics diagnostics;
  Lexer lexer(text, diagnostics);
  std::vector<std::string> tokens;
  for (Token token = lexer.next(); !token.is(TokenKind::EndOfFile); token = lexer.next())
    tokens.push_back(token.text.str());
  return tokens;
}

// Parses and prints the tree, or gives the messages.
std::string treeOf(const std::string &text) {
  llvm::SourceMgr sources;
  unsigned id =
      sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, "t.weir"), {});
  Diagnostics diagnostics(&sources);
  auto file = parse(sources.getMemoryBuffer(id)->getBuffer(), diagnostics);
  if (diagnostics.hasErrors())
    return diagnostics.str();
  std::string result;
  llvm::raw_string_ostream os(result);
  ast::print(*file, sources, os);
  return result;
}

std::string expressionTree(const std::string &expr) {
  std::string tree = treeOf("model M() {\nlet y =\n" + expr + "\n}\n");
  // Only what hangs below the `let`, without positions.
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(tree).split(lines, '\n');
  std::string result;
  for (llvm::StringRef line : llvm::ArrayRef(lines).drop_front(2))
    if (line.size() > 13)
      result += line.drop_front(13).str() + "\n";
  return result;
}

TEST(Lexer, TellsRangesFromFloats) {
  EXPECT_EQ(tokensOf("0..2 0.5..x 1e-5 3.x"),
            (std::vector<std::string>{"0", "..", "2", "0.5", "..", "x", "1e-5", "3", ".", "x"}));
}

TEST(Lexer, TakesTheLongestOperator) {
  EXPECT_EQ(tokensOf("a<=b|>c==d!=e>=f=g"),
            (std::vector<std::string>{"a", "<=", "b", "|>", "c", "==", "d", "!=", "e", ">=", "f",
                                      "=", "g"}));
}

TEST(Lexer, SkipsComments) {
  EXPECT_EQ(tokensOf("a // b c\n// d\ne//"), (std::vector<std::string>{"a", "e"}));
}

TEST(Parser, PipelinesBindLooserThanOperators) {
  EXPECT_EQ(expressionTree("a + b |> relu"), "pipeline\n"
                                             "  binary +\n"
                                             "    name a\n"
                                             "    name b\n"
                                             "  call relu\n");
}

TEST(Parser, OperatorsGroupToTheLeftByPrecedence) {
  EXPECT_EQ(expressionTree("a - b - c * -d"), "binary -\n"
                                              "  binary -\n"
                                              "    name a\n"
                                              "    name b\n"
                                              "  binary *\n"
                                              "    name c\n"
                                              "    unary -\n"
                                              "      name d\n");
}

TEST(Parser, NotTakesAComparisonAndAndBindsTighterThanOr) {
  EXPECT_EQ(expressionTree("a or not b == c and d"), "binary or\n"
                                                     "  name a\n"
                                                     "  binary and\n"
                                                     "    unary not\n"
                                                     "      binary ==\n"
                                                     "        name b\n"
                                                     "        name c\n"
                                                     "    name d\n");
}

TEST(Parser, AnElseTakesThePipelineAfterIt) {
  EXPECT_EQ(expressionTree("if c then x else x |> f(1, k: 2)"), "if\n"
                                                                "  name c\n"
                                                                "  name x\n"
                                                                "  pipeline\n"
                                                                "    name x\n"
                                                                "    call f\n"
                                                                "      size 1\n"
                                                                "      argument k\n"
                                                                "        size 2\n");
}

TEST(Parser, ReadsSubscriptsAndLists) {
  EXPECT_EQ(expressionTree("x[1, a.., :].shape[0] + (3,)"), "binary +\n"
                                                            "  subscript\n"
                                                            "    member shape\n"
                                                            "      subscript\n"
                                                            "        name x\n"
                                                            "        at\n"
                                                            "          size 1\n"
                                                            "        range\n"
                                                            "          name a\n"
                                                            "        all\n"
                                                            "    at\n"
                                                            "      size 0\n"
                                                            "  tuple\n"
                                                            "    size 3\n");
}

TEST(Parser, StatementsNeedNoSeparators) {
  std::string tree = treeOf("model M(){let a=1 let b=a;for i in 0..2{a=b}output y=a}");
  EXPECT_NE(tree.find("let b"), std::string::npos) << tree;
  EXPECT_NE(tree.find("assign a"), std::string::npos) << tree;
  EXPECT_NE(tree.find("output y"), std::string::npos) << tree;
}

TEST(Parser, GoesOnAfterAMistake) {
  std::string messages =
      treeOf("model M() {\n  let a = (1 + \n  let b = ) \n  let c = 3\n  lett d = 3\n"
             "  output = 3\n}\nblok f() {}\nmodel N() { let }\n");
  for (const char *expected :
       {"t.weir:2:15: error: expected a value", "t.weir:3:11: error: expected a value",
        "did you mean 'let'?", "t.weir:6:10: error: expected the name of an output",
        "t.weir:8:1: error: expected a model or a block", "t.weir:9:17: error: expected the name"})
    EXPECT_NE(messages.find(expected), std::string::npos) << expected << "\nin\n" << messages;
}

TEST(Parser, StopsAfterTwentyErrors) {
  std::string text = "model M() {\n";
  for (int i = 0; i < 50; ++i)
    text += "  let = 1\n";
  std::string messages = treeOf(text + "}\n");
  EXPECT_EQ(llvm::StringRef(messages).count("error: expected"), 20u) << messages;
}

// Deep nesting in every construct that recurses must end in a message.
class Nesting : public testing::TestWithParam<const char *> {};

TEST_P(Nesting, IsRefusedBeforeTheStackEnds) {
  std::string text = "model M() {\n  let y = x";
  for (int i = 0; i < 10000; ++i)
    text += GetParam();
  std::string messages = treeOf(text + "\n}\n");
  EXPECT_NE(messages.find("levels deep"), std::string::npos) << messages.substr(0, 2000);
}

INSTANTIATE_TEST_SUITE_P(All, Nesting,
                         testing::Values(" + (x", " + f(x", "-", " + (if a then x else x", "[0",
                                         " + x", ".a", " |> f(x", " and not (x", " == (x",
                                         " + g(1, k: x", " for i in 0..1 { let y = x"));

TEST(Parser, ReadsTenMegabytesQuickly) {
  std::string text = "model M() {\n";
  while (text.size() < (10u << 20))
    text += "  let a = conv2d(x, 8, kernel: 3, padding: (1, 1)) + relu(b) // c\n";
  auto start = std::chrono::steady_clock::now();
  std::string messages = treeOf(text + "  lett\n}\n");
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_NE(messages.find("expected a statement"), std::string::npos);
  EXPECT_LT(seconds.count(), 20.0);
}

TEST(CheckIsText, RefusesWhatIsNotText) {
  auto messageFor = [](std::string text) {
    Diagnostics diagnostics;
    EXPECT_FALSE(checkIsText(text, diagnostics));
    return diagnostics.str();
  };
  EXPECT_NE(messageFor(std::string("\x7f"
                                   "ELF\0",
                                   5))
                .find("byte 4 is 0"),
            std::string::npos);
  EXPECT_NE(messageFor("// caf\xe9\n").find("byte 6 is 0xE9"), std::string::npos);
  EXPECT_NE(messageFor(std::string((16u << 20) + 1, ' ')).find("too large"), std::string::npos);
  Diagnostics diagnostics;
  EXPECT_TRUE(checkIsText("// caf\xc3\xa9\n", diagnostics));
}

TEST(Diagnostics, UnderlinesTheRightCharacters) {
  // A tab counts as one column in the place and as several in the picture.
  EXPECT_EQ(treeOf("model M() {\n\tlet s = \"\xc3\xa9\" )\n}\n"),
            "t.weir:2:14: error: expected a statement (input, param, let, for, output, return), "
            "found ')'\n"
            "  2 |     let s = \"\xc3\xa9\" )\n"
            "    |                 ^\n");
}

TEST(Diagnostics, CutsLongLines) {
  std::string messages = treeOf("model M() { let y = " + std::string(5000, 'x') + " + ) }");
  EXPECT_LT(messages.size(), 500u);
  EXPECT_NE(messages.find("..."), std::string::npos);
}

TEST(NearestWord, FindsTyposOnly) {
  llvm::StringRef words[] = {"conv2d", "max_pool2d", "relu", "linear"};
  EXPECT_EQ(nearestWord("conv2D", words), "conv2d");
  EXPECT_EQ(nearestWord("MaxPool2d", words), "max_pool2d");
  EXPECT_EQ(nearestWord("linaer", words), "linear");
  EXPECT_EQ(nearestWord("transformer", words), "");
}

TEST(LoadSyntax, NamesAMissingFile) {
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  EXPECT_EQ(loadSyntax("/nowhere/model.weir", sources, diagnostics), nullptr);
  EXPECT_EQ(diagnostics.str(),
            "weir: error: can't read '/nowhere/model.weir': No such file or directory\n");
}

} // namespace
} // namespace weir
