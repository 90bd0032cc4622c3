//===- DataCsvTest.cpp - CSV files and the texts that they are read from ------===//
#include "DataTestSupport.h"

using namespace weir;
using namespace weir::test;
using Cells = std::vector<std::string>;

TEST(Csv, ReadsPlainRows) {
  Table table = tableOf("user,movie,rating\n1,31,2.5\n7,1029,3\n");
  ASSERT_EQ(table.all().size(), 3u);
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.all()[1].name(), "movie");
  EXPECT_EQ(cellsOf(table, "user"), (Cells{"1", "7"}));
  EXPECT_EQ(cellsOf(table, "rating"), (Cells{"2.5", "3"}));
  EXPECT_EQ(table.find("genre"), nullptr);
  EXPECT_EQ(table.place(1), "t.csv:3");
}

TEST(Csv, ReadsQuotedCells) {
  Table table = tableOf("\"id\",\"title\"\n1,\"Toy, the \"\"best\"\"\"\n2,\"two\nlines\"\n"
                        "3,\"\"\"\"\n4,\"  kept  \" \n5, 5\" disk\n6,\"\"\n");
  EXPECT_EQ(cellsOf(table, "title"),
            (Cells{"Toy, the \"best\"", "two\nlines", "\"", "  kept  ", "5\" disk", "<none>"}));
  // Lines are those of the file, though row 1 spans two and quotes were undone.
  EXPECT_EQ(table.place(0), "t.csv:2");
  EXPECT_EQ(table.place(1), "t.csv:3");
  EXPECT_EQ(table.place(2), "t.csv:5");
  EXPECT_EQ(table.place(5), "t.csv:8");
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  Table table = tableOf("\xEF\xBB\xBF"
                        "a;b\r\n1,5; x \r\n\r\n  \r\n2,5;\xC3\xA9\r\n\r\n");
  EXPECT_EQ(cellsOf(table, "a"), (Cells{"1,5", "2,5"}));
  EXPECT_EQ(cellsOf(table, "b"), (Cells{"x", "\xC3\xA9"}));
  EXPECT_EQ(table.place(1), "t.csv:5");
  EXPECT_EQ(cellsOf(tableOf("a,b\n1,2"), "b"), (Cells{"2"})); // no last line end
  EXPECT_EQ(cellsOf(tableOf("a,b\n1,"), "b"), (Cells{"<none>"}));
  EXPECT_EQ(tableOf("a,b\n").rows(), 0);
  EXPECT_EQ(cellsOf(tableOf("a\r\n1\r"), "a"), (Cells{"1"}));
}

TEST(Csv, DetectsTheDelimiter) {
  EXPECT_EQ(cellsOf(tableOf("a\tb c\n1\t2,3\n"), "b c"), (Cells{"2,3"}));
  EXPECT_EQ(cellsOf(tableOf("a|\"b,,;;\"\n1|2\n"), "a"), (Cells{"1"}));
  EXPECT_EQ(cellsOf(tableOf("a,b;c\n1,2\n"), "b;c"), (Cells{"2"})); // a tie: the comma
  EXPECT_EQ(cellsOf(tableOf("only\n1;2\n"), "only"), (Cells{"1;2"}));
  Result<Table> byName = parseCsv("a,b\tc\n1,2\t3\n", {}, "x.tsv.gz");
  ASSERT_TRUE(byName) << byName.error().message;
  EXPECT_EQ(cellsOf(*byName, "a,b"), (Cells{"1,2"}));
  EXPECT_EQ(cellsOf(tableOf("a,b;c\n1,2;3\n", {.delimiter = ';'}), "a,b"), (Cells{"1,2"}));
  // Empty cells between tabs are cells, not a blank line; with a blank as delimiter too.
  EXPECT_EQ(cellsOf(tableOf("a\tb\n\t\n1\t2\n"), "a"), (Cells{"<none>", "1"}));
  EXPECT_EQ(cellsOf(tableOf("a b\n1 2\n", {.delimiter = ' '}), "b"), (Cells{"2"}));
}

TEST(Csv, NamesColumnsWithoutHeader) {
  Table table = tableOf("1,\"a\"\"b\"\n2,c\n", {.header = false});
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(cellsOf(table, "column2"), (Cells{"a\"b", "c"}));
  EXPECT_EQ(cellsOf(tableOf(",x\n7,1\n"), "column1"), (Cells{"7"})); // as pandas writes an index
}

TEST(Csv, KnowsMissingCells) {
  Table table = tableOf("a,b\n,?\nNA, nan \n\"NA\",0\n");
  EXPECT_EQ(cellsOf(table, "a"), (Cells{"<none>", "<none>", "<none>"}));
  EXPECT_EQ(cellsOf(table, "b"), (Cells{"<none>", "<none>", "0"}));
  Table own = tableOf("a,b\nNA,-\n,x\n", {.missing = {"-"}});
  EXPECT_EQ(cellsOf(own, "a"), (Cells{"NA", ""}));
  EXPECT_EQ(cellsOf(own, "b"), (Cells{"<none>", "x"}));
  // In a single column an empty line is a missing value.
  EXPECT_EQ(cellsOf(tableOf("a\n1\n\n3\n"), "a"), (Cells{"1", "<none>", "3"}));
}

TEST(Csv, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string text, message;
  };
  for (const Case &c : std::vector<Case>{
           {"", "t.csv: the file is empty; expected a line with the columns' names"},
           {"\n \r\n\n", "t.csv: the file is empty"},
           {"a,b\n1,2\n3\n", "t.csv:3: found 1 cells, expected 2 as in the header"},
           {"a,b\n\n1,2,3\n", "t.csv:3: found 3 cells, expected 2"},
           {"a,b\n\"1\n2\",3\n4\n", "t.csv:4: found 1 cells"},
           {"a,b\n1,\"x\n2,y\n", "t.csv:2: the quoted cell that begins here has no closing quote"},
           {"a,b\n1,\"", "t.csv:2: the quoted cell"},
           {"\"a\"\"", "t.csv:1: the quoted cell"},
           {"a,b\n1,\"x\" y\n", "t.csv:2: found 'y' after a closing quote, expected ','"},
           {"a,b,a\n1,2,3\n", "t.csv:1: the column 'a' is there twice"},
           {"a,b\n1,2\r3,4\r", "t.csv:2: found a carriage return without a line feed"},
           {std::string("a,b\n1,\0\n", 8), "t.csv:2: found a NUL byte"},
           {"a,b\n1,2\n\xE9t\xE9,3\n", "t.csv:3: found the byte e9, which isn't UTF-8"},
           {"\xFF\xFE"
            "a",
            "t.csv: begins as UTF-16 does"},
           {gzipped("a,b\n1,2\n").substr(0, 20), "t.csv: the packed data ends too early"},
           {gzipped("a,b\n1,2\n") + "x", "t.csv: 1 bytes follow the packed data"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(parseCsv(c.text, {}, "t.csv"), c.message);
  }
  expectRefused(parseCsv("1,2\n3\n", {.header = false}), "line 2: found 1 cells, expected 2 as in "
                                                         "the first row");
  expectRefused(parseCsv("", {.header = false}), "the file is empty; expected rows");
  std::string huge = "a,b\n1," + std::string(Column::kMaxCell + 1, 'x') + "\n";
  expectRefused(parseCsv(huge), "line 2: column 'b' has a cell of 8388608 bytes; at most 8388607");
  huge.erase(huge.size() - 2, 1);
  expectOk(parseCsv(huge));
}

TEST(Csv, ListsColumnsForAMissingOne) {
  Table table = tableOf("user,movie\n1,2\n");
  expectRefused(table.column("film"),
                "t.csv: there is no column 'film'; the columns are 'user', 'movie'");
  EXPECT_TRUE(table.column("movie").ok());
}

TEST(Csv, RefusesEveryKindOfBadUtf8) {
  for (const char *good : {"\x7F", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    expectOk(decodeText(std::string("123456789") + good, ""));
  for (const char *bad : {"\x80", "\xC1\x81", "\xC3", "\xC3(", "\xE0\x9F\x80", "\xED\xA0\x80",
                          "\xE2\x82", "\xF0\x8F\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"})
    expectRefused(decodeText(std::string("1\n3456789") + bad, ""), "line 2: found the byte");
}

TEST(Csv, ReadsFilesAndGzip) {
  TemporaryFolder folder;
  std::string text = "n,m\n";
  for (int i = 0; i < 5000; ++i)
    text += fmt::format("{},{}\n", i, i * i);
  ASSERT_TRUE(writeFile(folder.file("t.csv"), text));
  ASSERT_TRUE(writeFile(folder.file("t.csv.gz"), gzipped(text)));
  Result<Table> plain = readCsv(folder.file("t.csv")), packed = readCsv(folder.file("t.csv.gz"));
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(plain->rows(), 5000);
  EXPECT_EQ(cellsOf(*packed, "m"), cellsOf(*plain, "m"));
  EXPECT_EQ(packed->place(4999), folder.file("t.csv.gz") + ":5001");
  expectRefused(readCsv(folder.file("none.csv")), "cannot open");
}

TEST(Csv, ReadsNumbers) {
  EXPECT_EQ(parseNumber("-2.5e3"), -2500);
  EXPECT_EQ(parseNumber("+7"), 7);
  EXPECT_EQ(parseNumber("0.1"), 0.1);
  for (const char *bad : {"", "+", "+-1", "1 ", " 1", "1,5", "0x10", "inf", "nan", "1e999", "12a"})
    EXPECT_EQ(parseNumber(bad), std::nullopt) << bad;
}

TEST(Csv, WritesWhatItReads) {
  Cells cells = {"plain",  "a,b",     "say \"x\"", "two\nlines", "cr\r",
                 " blank", "blank\t", "",          "\xC3\xA9"};
  std::string text = "c,n\n";
  for (const std::string &cell : cells) {
    appendCsvCell(text, cell);
    text += ",0\n";
  }
  EXPECT_NE(text.find("\nplain,0\n"), std::string::npos);
  EXPECT_EQ(cellsOf(tableOf(text, {.missing = {}}), "c"), cells);
  std::string tabs;
  appendCsvCell(tabs, "a\tb", '\t');
  appendCsvCell(tabs, "a,b", '\t');
  EXPECT_EQ(tabs, "\"a\tb\"a,b");
}

TEST(Csv, SurvivesDamage) {
  std::string valid = "a,\"b\"\"\"\n1,\"x\ny\"\n\xC3\xA9,2\n";
  for (size_t at = 0; at < valid.size(); ++at)
    for (int flip : {0x01, 0x0B, 0x20, 0x80, 0xFF}) {
      std::string damaged = valid;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      Result<Table> table = parseCsv(damaged);
      if (table)
        for (const Column &column : table->all())
          EXPECT_EQ(column.rows(), table->rows());
    }
}
