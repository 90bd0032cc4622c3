//===- AdaptRows.cpp - Rows for what a trained model has never met --------===//

#include "weir/Training/AdaptRows.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Outline.h"
#include "weir/Frontend/Parser.h"
#include "weir/Training/TableInputs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>
#include <set>

namespace weir {

struct RowAdapter::Impl {
  Checkpoint checkpoint; // its sizes, format and parameters with the new rows
  LoadedTraining loaded; // with the overrides of this fitting
  std::set<std::string> tables;
  int64_t firstId = 0;
  AdaptOptions options;
  std::unique_ptr<TrainStep> step;
};

RowAdapter::RowAdapter(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
RowAdapter::~RowAdapter() = default;

const DataFormat &RowAdapter::format() const { return impl->checkpoint.format; }
const std::vector<Port> &RowAdapter::ports() const { return impl->loaded.ports; }
int64_t RowAdapter::firstId() const { return impl->firstId; }

//===----------------------------------------------------------------------===//
// What is said from outside
//===----------------------------------------------------------------------===//

namespace {

// Statements from outside. What is wrong with them is said when the training is loaded.
struct ParsedStatements {
  explicit ParsedStatements(const std::vector<std::string> &texts) {
    Diagnostics quiet;
    for (const std::string &text : texts)
      if (checkIsText(text, quiet))
        files.push_back(parseTrainingStatements(text, quiet));
    for (const std::unique_ptr<ast::SourceFile> &file : files)
      for (const ast::Definition *definition : file->definitions)
        all.insert(all.end(), definition->body.begin(), definition->body.end());
  }
  bool has(ast::StatementKind kind) const {
    return std::ranges::find(all, kind, &ast::Statement::kind) != all.end();
  }
  // Whether one of these stands in the place of the other, as it would of a block's.
  bool replace(const ast::Statement &other) const {
    using enum ast::StatementKind;
    return std::ranges::any_of(all, [&](const ast::Statement *own) {
      return own->kind == other.kind && own->kind != Let && own->kind != Target &&
             (own->kind != Data || own->name.text == other.name.text);
    });
  }

  std::vector<std::unique_ptr<ast::SourceFile>> files;
  std::vector<const ast::Statement *> all;
};

} // namespace

// Those of the training, in whose place come those of this fitting.
static Result<TrainingOverrides> mergeOverrides(const TrainingOverrides &training,
                                                const TrainingOverrides &fitting) {
  ParsedStatements before(training.statements), now(fitting.statements);
  if (now.has(ast::StatementKind::ClipNorm))
    return fail("--with: clip_norm shortens the gradient of all parameters together; that of the "
                "few rows that are learned here has another length. Leave it out: a smaller --lr "
                "makes the steps shorter");
  TrainingOverrides merged;
  for (const ast::Statement *statement : before.all)
    if (!now.replace(*statement)) {
      const char *begin = statement->range.Start.getPointer();
      merged.statements.emplace_back(begin, statement->range.End.getPointer());
    }
  merged.statements.insert(merged.statements.end(), fitting.statements.begin(),
                           fitting.statements.end());
  // Another optimizer has arguments of its own.
  if (!now.has(ast::StatementKind::Optimizer))
    merged.optimizerArguments = training.optimizerArguments;
  if (!now.has(ast::StatementKind::Schedule))
    merged.scheduleArguments = training.scheduleArguments;
  for (const auto &argument : fitting.optimizerArguments)
    merged.optimizerArguments[argument.getKey()] = argument.getValue();
  for (const auto &argument : fitting.scheduleArguments)
    merged.scheduleArguments[argument.getKey()] = argument.getValue();
  return merged;
}

//===----------------------------------------------------------------------===//
// The larger model
//===----------------------------------------------------------------------===//

// The `size` of the model that counts the input's categories, and no other input's.
static Result<std::string> findSize(const TrainingSource &source, const std::string &input,
                                    std::string &diagnostics) {
  llvm::SourceMgr sources;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ModelOptions options;
  options.bindings = source.sizes;
  options.modelName = source.model;
  Diagnostics messages(&sources);
  std::optional<Outline> outline = outlineInputsFromText(source.text, source.path, sources, context,
                                                         options, source.overrides, messages);
  if (!outline) {
    diagnostics += messages.str();
    return fail("{}: {} errors, see above", source.path, messages.errors());
  }
  std::string size;
  for (const InputOutline &port : outline->inputs)
    if (port.name == input)
      size = port.sizeParameter;
  if (size.empty())
    return fail("how many categories '{}' has is written into the model: there can't be more of "
                "them unless it is a size of the model, as in index<users>",
                input);
  for (const InputOutline &port : outline->inputs)
    if (port.name != input && port.sizeParameter == size)
      return fail("'{}' and '{}' share the size {}, which can't grow for one of them alone", input,
                  port.name, inQuotes(size));
  return size;
}

// The table with further rows at the mean of its rows from 1 on; 0 is that of unknown ids.
static Result<Tensor> growTable(const Tensor &table, int64_t rows) {
  int64_t known = table.shape[0], width = table.shape[1];
  Result<Tensor> grown = Tensor::uninitialized(DType::F32, {rows, width});
  if (!grown)
    return grown;
  std::copy_n(table.f32(), known * width, grown->f32());
  for (int64_t i = 0; i < width; ++i) {
    double sum = 0;
    for (int64_t row = 1; row < known; ++row)
      sum += table.f32()[row * width + i];
    auto mean = static_cast<float>(sum / static_cast<double>(std::max<int64_t>(known - 1, 1)));
    for (int64_t row = known; row < rows; ++row)
      grown->f32()[row * width + i] = mean;
  }
  return grown;
}

static Result<ParameterFile> growTables(const ParameterFile &parameters,
                                        const std::set<std::string> &tables,
                                        const Signature &signature, int64_t rows) {
  ParameterFile result;
  for (const Signature::Parameter &spec : signature.parameters) {
    const Tensor *known = parameters.find(spec.name);
    if (!known)
      return fail("parameter '{}' is missing", spec.name);
    bool grows = tables.contains(spec.name);
    std::vector<int64_t> shape = known->shape;
    if (grows && shape.size() == 2)
      shape[0] = rows;
    if (shape != spec.shape)
      return fail("with {} rows, parameter '{}' would be {} instead of {}: the model has to give "
                  "its sizes, as the length of an embedding's rows, so that they don't depend on "
                  "the number of rows",
                  rows, spec.name, shapeToString(spec.shape), shapeToString(shape));
    Result<Tensor> tensor = grows ? growTable(*known, rows) : known->clone();
    if (!tensor)
      return tensor.takeError();
    if (Result<void> added = result.add(spec.name, std::move(*tensor)); !added)
      return added.takeError();
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

// Only the tables learn, everything else is as it is when the model is used.
static void freezeAllBut(const std::set<std::string> &tables, mlir::ModuleOp module) {
  auto unit = mlir::UnitAttr::get(module.getContext());
  module.walk([&](ParamOp param) {
    if (tables.contains(param.getName().str())) {
      param->removeAttr("frozen");
      return;
    }
    param->removeAttr("buffer"); // statistics that aren't running ones stay
    param->setAttr("frozen", unit);
  });
  module.walk([](DropoutOp dropout) {
    dropout.getResult().replaceAllUsesWith(dropout.getInput());
    dropout.erase();
  });
}

Result<std::unique_ptr<RowAdapter>>
RowAdapter::create(Checkpoint checkpoint, const std::string &input,
                   std::span<const std::string> labels, const TrainingOverrides &overrides,
                   AdaptOptions options, std::string &diagnostics) {
  const Encoder *known = checkpoint.format.encoder();
  if (!known)
    return fail("the model was trained on {}, which has no categories that could be added to; "
                "expected a table",
                checkpoint.format.kind() == DataKind::Text ? "running text" : "arrays");
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  Encoder encoder = *known;
  const Field *field = encoder.find(input);
  impl->firstId = field ? field->cardinality() : 0;
  if (Result<void> added = encoder.addCategories(input, labels); !added)
    return added.takeError();
  int64_t rows = encoder.find(input)->cardinality();
  checkpoint.format = DataFormat(std::move(encoder));

  TrainingSource &source = checkpoint.source;
  Result<std::string> size = findSize(source, input, diagnostics);
  if (!size)
    return size.takeError();
  source.sizes[*size] = rows;
  TrainingSource fitting = source;
  Result<TrainingOverrides> merged = mergeOverrides(source.overrides, overrides);
  if (!merged)
    return merged.takeError();
  fitting.overrides = std::move(*merged);
  Result<LoadedTraining> loaded = loadTraining(fitting, diagnostics);
  if (!loaded)
    return loaded.takeError();
  impl->loaded = std::move(*loaded);

  mlir::ModuleOp module = *impl->loaded.training.module;
  for (const auto &[table, owner] : findTableInputs(module))
    if (owner == input)
      impl->tables.insert(table);
  if (impl->tables.empty())
    return fail("input '{}' has no embedding, whose rows could be learned", input);
  mlir::OwningOpRef<mlir::ModuleOp> model = copyModelFunction(module);
  Result<ParameterFile> grown =
      growTables(checkpoint.parameters, impl->tables, readSignature(*model), rows);
  if (!grown)
    return grown.takeError();
  checkpoint.parameters = std::move(*grown);
  checkpoint.progress.reset();
  checkpoint.states = {};
  impl->checkpoint = std::move(checkpoint);

  freezeAllBut(impl->tables, module);
  auto step = TrainStep::compile(
      module, TrainStepOptions{.tables = TablePolicy::Lazy, .deferredElements = 0},
      impl->options.compile);
  if (!step)
    return step.takeError();
  impl->step = std::move(*step);
  if (Result<void> ready = impl->step->initialize(impl->options.seed); !ready)
    return ready.takeError();
  if (Result<void> ready = impl->step->load(impl->checkpoint.parameters); !ready)
    return ready.takeError();
  return std::unique_ptr<RowAdapter>(new RowAdapter(std::move(impl)));
}

Result<RowAdapter::Fit> RowAdapter::fit(int64_t id, const Dataset &dataset,
                                        std::span<const int64_t> examples, ThreadPool *pool) {
  auto count = static_cast<int64_t>(examples.size());
  Result<std::vector<Tensor>> batch = dataset.makeBatch(count);
  if (!batch)
    return batch.takeError();
  dataset.gather(examples, *batch);
  std::vector<const Tensor *> inputs;
  for (const Tensor &tensor : *batch)
    inputs.push_back(&tensor);
  const TrainingPlan &plan = impl->loaded.training.plan;
  Fit fit;
  for (int64_t step = 1; step <= impl->options.steps; ++step) {
    auto sums = impl->step->run(inputs, plan.evaluateHypers(step, impl->options.steps),
                                impl->options.seed, step, count, pool);
    if (!sums)
      return sums.takeError();
    fit.after = (*sums)[0] / static_cast<double>(count);
    if (step == 1)
      fit.before = fit.after;
    if (!std::isfinite(fit.after))
      return fail("the loss became {} in step {}; a smaller --lr helps", fit.after, step);
  }
  // The loss tells of the rows before an update, not of those after the last one.
  for (const std::string &name : impl->tables) {
    const Tensor &table = *impl->step->find(name);
    const float *row = table.f32() + id * table.shape[1];
    if (!std::all_of(row, row + table.shape[1], [](float x) { return std::isfinite(x); }))
      return fail("the new row of '{}' holds numbers that aren't finite; a smaller --lr helps",
                  name);
  }
  for (const std::string &name : impl->tables) {
    Tensor &kept = *impl->checkpoint.parameters.find(name);
    int64_t width = kept.shape[1];
    std::copy_n(impl->step->find(name)->f32() + id * width, width, kept.f32() + id * width);
  }
  return fit;
}

Checkpoint RowAdapter::finish() && { return std::move(impl->checkpoint); }

} // namespace weir
