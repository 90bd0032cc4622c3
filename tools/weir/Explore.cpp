//===- Explore.cpp - weir explore: what embeddings have learned ---------------===//

#include "Command.h"
#include "ExploreViews.h"
#include "OutputFiles.h"
#include "TrainArguments.h"

#include "weir/Runtime/File.h"
#include "weir/Training/TableInputs.h"

namespace weir {

namespace {
struct ExploreArguments {
  std::string path, table, bias, near, closeness = "cosine", svg, csv, data;
  int64_t components = 0, top = 10, count = 5, least = 0;
  LabelFile labels;

  void declare(CommandLine &line);
  Result<void> check() const;
};
} // namespace

void ExploreArguments::declare(CommandLine &line) {
  line.positional("CHECKPOINT", path, "what `weir train` wrote, or any safetensors file");
  line.text("--table", "NAME", table, "the table to look at; without it, the tables are listed");
  line.text("--bias", "NAME", bias, "rank the rows of a table of one number per row");
  line.integer("--components", "N", components, 1, 2048,
               "principal components of --table: the directions in which its\n"
               "rows differ most, with the rows at both ends");
  line.text("--svg", "FILE", svg, "a picture of the first two components");
  line.text("--near", "ITEM", near, "the rows of --table that are most like that of ITEM");
  line.choice("--metric", {"cosine", "euclidean"}, closeness,
              "what is near: a small angle (cosine, the default) or distance");
  line.text("--export", "FILE.csv", csv, "write the rows of --table as CSV");
  line.integer("--top", "N", top, 1, 1000000, "rows listed at either end (10)");
  line.integer("--count", "N", count, 1, 1000000, "rows listed as near (5)");
  line.text("--labels", "FILE.csv", labels.path, "names of the values that the rows stand for");
  line.text("--label-key", "COLUMN", labels.key, "its column with the values (the first one)");
  line.text("--label-name", "COLUMN", labels.name, "its column with the names (the second one)");
  line.text("--data", "FILE.csv:COLUMN", data,
            "the data that the table's ids came from: says how often each value\n"
            "is there and, for files without a vocabulary, what the rows stand for");
  line.integer("--least", "N", least, 1, INT64_MAX,
               "leave out rows whose value is there less than N times in --data");
}

Result<void> ExploreArguments::check() const {
  bool views = components || !near.empty() || !csv.empty();
  if (table.empty() && views)
    return fail("{} needs --table NAME", components      ? "--components"
                                         : !near.empty() ? "--near"
                                                         : "--export");
  if (!table.empty() && !views)
    return fail("--table {} needs --components, --near or --export, which say what to show of it",
                inQuotes(table));
  if (!svg.empty() && components < 2)
    return fail("--svg needs --components 2, of which it is the picture");
  if (least && data.empty())
    return fail("--least needs --data FILE.csv:COLUMN, where the values are counted");
  if (labels.path.empty() && (!labels.key.empty() || !labels.name.empty()))
    return fail("{} needs --labels FILE.csv", labels.key.empty() ? "--label-name" : "--label-key");
  std::vector<std::string> read = filesOf(std::vector<std::string>{data});
  read.insert(read.end(), {path, labels.path});
  return checkOutputs(std::vector<OutputFile>{{"--svg", svg}, {"--export", csv}}, read);
}

static Result<RowNames> namesOf(const ExploredTable &table, const ExploreArguments &arguments) {
  ValueSource source;
  if (!arguments.data.empty()) {
    Result<ValueSource> parsed = parseValueSource(arguments.data);
    if (!parsed)
      return parsed.takeError();
    source = *parsed;
  }
  return RowNames::create(table, arguments.labels, source, arguments.least);
}

static Result<std::string> exploreBias(std::span<const ExploredTable> tables,
                                       const ExploreArguments &arguments) {
  Result<const ExploredTable *> table = findTable(tables, arguments.bias);
  if (!table)
    return table.takeError();
  if ((*table)->rows.width != 1)
    return fail("--bias {}: the rows of this table have {} numbers, expected one",
                inQuotes(arguments.bias), (*table)->rows.width);
  Result<RowNames> names = namesOf(**table, arguments);
  if (!names)
    return names.takeError();
  return showBias(**table, *names, static_cast<size_t>(arguments.top));
}

static Result<std::string> exploreTable(std::span<const ExploredTable> tables,
                                        const ExploreArguments &arguments) {
  Result<const ExploredTable *> table = findTable(tables, arguments.table);
  if (!table)
    return table.takeError();
  Result<RowNames> names = namesOf(**table, arguments);
  if (!names)
    return names.takeError();
  int64_t near = 0;
  if (!arguments.near.empty()) {
    Result<int64_t> row = names->find(arguments.near);
    if (!row)
      return inside("--near", row.takeError());
    near = *row;
  }
  std::string out;
  if (arguments.components) {
    Result<PrincipalComponents> components =
        findPrincipalComponents((*table)->rows, names->rows(), arguments.components);
    if (!components)
      return inside(fmt::format("table '{}'", (*table)->name), components.takeError());
    out += showComponents(**table, *names, *components, static_cast<size_t>(arguments.top));
    if (!arguments.svg.empty())
      if (Result<void> written =
              writeFile(arguments.svg, drawComponents(**table, *names, *components));
          !written)
        return written.takeError();
  }
  if (!arguments.near.empty())
    out += (out.empty() ? "" : "\n") +
           showNearest(**table, *names, near,
                       arguments.closeness == "cosine" ? Closeness::Cosine : Closeness::Euclidean,
                       static_cast<size_t>(arguments.count));
  if (!arguments.csv.empty())
    if (Result<void> written =
            writeFile(arguments.csv, exportRows(**table, *names, arguments.least == 0));
        !written)
      return written.takeError();
  return out;
}

static Result<std::string> showAll(std::span<const ExploredTable> tables,
                                   const ExploreArguments &arguments) {
  std::string out;
  if (arguments.bias.empty() && arguments.table.empty())
    return showTables(tables);
  if (!arguments.bias.empty()) {
    Result<std::string> shown = exploreBias(tables, arguments);
    if (!shown)
      return shown;
    out += *shown;
  }
  if (!arguments.table.empty()) {
    Result<std::string> shown = exploreTable(tables, arguments);
    if (!shown)
      return shown;
    out += (out.empty() || shown->empty() ? "" : "\n") + *shown;
  }
  return out;
}

// Whether `weir train` wrote the file, so that it says which rows stand for what.
static bool isCheckpoint(const ParameterFile &parameters) {
  return parameters.metadata.contains("weir.version");
}

static Result<std::string> explore(const ExploreArguments &arguments) {
  Result<ParameterFile> parameters = readParameters(arguments.path);
  if (!parameters)
    return parameters.takeError();
  if (!isCheckpoint(*parameters)) {
    std::vector<ExploredTable> tables = listTables(*parameters, nullptr);
    if (tables.empty())
      return fail("{}: there is no table in it (a parameter of two axes)", arguments.path);
    return showAll(tables, arguments);
  }
  Result<LoadedCheckpoint> model = loadCheckpoint(arguments.path);
  if (!model)
    return model.takeError();
  std::map<std::string, std::string> inputs = findTableInputs(*model->loaded.training.module);
  std::vector<ExploredTable> tables = listTables(model->checkpoint.parameters, &inputs);
  if (tables.empty())
    return fail("{}: model '{}' has no embedding", arguments.path, model->checkpoint.source.model);
  for (ExploredTable &table : tables)
    table.values = model->checkpoint.format.labels(table.input);
  return showAll(tables, arguments);
}

int exploreCommand(const Arguments &given) {
  ExploreArguments arguments;
  CommandLine line(
      "explore", "Shows what the embeddings of a trained model have learned.",
      "The bias of a row is what all its occurrences have in common; its factors are\n"
      "what sets it apart. docs/explore.md says more.",
      "  weir explore movies.safetensors\n"
      "  weir explore movies.safetensors --bias movie_bias --labels movies.csv\n"
      "  weir explore movies.safetensors --table movie_factors --components 2 \\\n"
      "      --svg films.svg --labels movies.csv --data train.csv:movie --least 50\n"
      "  weir explore movies.safetensors --table movie_factors --near \"Star Wars\" \\\n"
      "      --labels movies.csv --label-key movieId --label-name title");
  arguments.declare(line);
  if (auto exit = parseOrExit(line, given))
    return *exit;
  if (Result<void> checked = arguments.check(); !checked)
    return userError(checked.error());
  Result<std::string> shown = explore(arguments);
  return shown ? writeResult(*shown) : userError(shown.error());
}

} // namespace weir
