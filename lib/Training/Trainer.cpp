//===- Trainer.cpp - From the first step to the last ----------------------===//

#include "TrainerImpl.h"

#include <chrono>
#include <cmath>

namespace weir {

double Trainer::Impl::now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string describeScores(const TrainingPlan &plan, const Scores &scores) {
  std::string text = fmt::format("loss {:.5g}", scores.loss);
  for (size_t i = 0; i < plan.metrics.size(); ++i)
    if (std::isnan(scores.metrics[i])) // as areas under curves are for training data
      text += fmt::format(", {} -", plan.metrics[i].name);
    else
      text += fmt::format(", {} {:.5g}", plan.metrics[i].name, scores.metrics[i]);
  return text;
}

Trainer::Trainer(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Trainer::~Trainer() = default;

const TrainingPlan &Trainer::plan() const { return impl->plan(); }
const TrainingData &Trainer::data() const { return impl->prepared.data; }
int64_t Trainer::steps() const { return impl->steps(); }

std::string Trainer::cannotChoose() const {
  const auto &best = impl->plan().best;
  if (!best || !best->onValidation || !impl->prepared.data.validRows.empty())
    return "";
  return fmt::format(
      "the training block chooses the best epoch by valid.{}, but there is nothing "
      "to measure it with: the last epoch is kept (give --valid FILE or --split 0.2)",
      best->metric);
}

//===----------------------------------------------------------------------===//
// Beginning
//===----------------------------------------------------------------------===//

Result<void> Trainer::Impl::compile() {
  mlir::ModuleOp module = *prepared.loaded.training.module;
  model = readSignature(*copyModelFunction(module));
  forward = copyTrainFunction(module);
  for (const Signature::Parameter &parameter : model.parameters)
    hasBuffers |= parameter.buffer;
  if (!prepared.data.validRows.empty()) {
    Result<std::unique_ptr<Evaluator>> compiled = Evaluator::compile(module, options.compile);
    if (!compiled)
      return compiled.takeError();
    evaluator = std::move(*compiled);
  }
  Result<std::unique_ptr<TrainStep>> compiled = TrainStep::compile(
      module, TrainStepOptions{.clipNorm = plan().clipNorm.value_or(0.0), .tables = plan().tables},
      options.compile);
  if (!compiled)
    return compiled.takeError();
  step = std::move(*compiled);
  return step->initialize(options.seed);
}

Result<std::unique_ptr<Trainer>> Trainer::create(PreparedTraining prepared, TrainingSource source,
                                                 TrainerOptions options, ThreadPool *pool,
                                                 std::vector<TrainingObserver *> observers) {
  auto impl = std::make_unique<Impl>();
  impl->prepared = std::move(prepared);
  impl->source = std::move(source);
  impl->options = std::move(options);
  impl->pool = pool;
  impl->observers = std::move(observers);
  const TrainingPlan &plan = impl->plan();
  int64_t examples = static_cast<int64_t>(impl->prepared.data.trainRows.size());
  impl->stepsPerEpoch = (examples + plan.batch - 1) / plan.batch;
  if (plan.best && !plan.best->onValidation)
    for (const TrainingPlan::Metric &metric : plan.metrics)
      for (const TrainingPlan::Metric::Input &input : metric.inputs)
        if (metric.name == plan.best->metric && input.kind == TrainingPlan::Metric::Kind::Auc)
          return fail("best train.{}: areas under curves are measured on validation data only; "
                      "write `best valid.{} max`",
                      metric.name, metric.name);
  if (Result<void> compiled = impl->compile(); !compiled)
    return compiled.takeError();
  if (plan.batch == 1 && examples > 1 && impl->hasBuffers)
    return fail("the model has running statistics, as batch norm does, which a batch of one "
                "example teaches nothing: it has no deviation. Make it larger (--batch 2)");
  // After compiling: it doesn't touch the plan, but the module is gone.
  TrainingProgress &progress = impl->progress;
  progress.seed = impl->options.seed;
  progress.fingerprint = impl->prepared.data.fingerprint;
  progress.epochs = plan.epochs;
  progress.batch = plan.batch;
  progress.sums.assign(impl->step->sums(), 0.0);
  return std::unique_ptr<Trainer>(new Trainer(std::move(impl)));
}

Result<void> Trainer::resume(Checkpoint checkpoint) {
  if (!checkpoint.progress)
    return fail("it holds a finished model and no state to go on from");
  const TrainingProgress &then = *checkpoint.progress;
  TrainingProgress &own = impl->progress;
  // The seed first: --split and so the sizes depend on it.
  std::string difference =
      then.seed != own.seed ? fmt::format("--seed ({} now, {} then)", own.seed, then.seed) : "";
  if (difference.empty())
    difference = describeDifference(impl->source, checkpoint.source);
  if (difference.empty() && then.batch != own.batch)
    difference = fmt::format("the batch ({} now, {} then)", own.batch, then.batch);
  if (difference.empty() && then.epochs != own.epochs)
    difference = fmt::format("the epochs ({} now, {} then)", own.epochs, then.epochs);
  if (difference.empty() && (then.fingerprint != own.fingerprint ||
                             checkpoint.format.toJson() != impl->prepared.data.format.toJson()))
    difference = "the examples to learn from or to measure with";
  if (!difference.empty())
    return fail("it is of a training that differs in {}. Without --resume the training begins "
                "anew",
                difference);
  if (then.sums.size() != own.sums.size() || then.step >= impl->stepsPerEpoch)
    return fail("its progress contradicts the model");
  Result<void> restored = impl->restore(std::move(checkpoint));
  impl->stateSaved = restored.ok();
  return restored;
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

Result<std::unique_ptr<Prefetcher>> Trainer::Impl::draw(int64_t epoch, int64_t firstInEpoch) const {
  BatchPlan batches{.batch = plan().batch,
                    .seed = options.seed,
                    .epochs = plan().epochs,
                    .firstEpoch = epoch,
                    .firstStep = firstInEpoch};
  bool allBusy = pool && pool->threads() >= ThreadPool::hardwareThreads();
  return Prefetcher::create(prepared.data.dataset, prepared.data.trainRows, batches,
                            allBusy ? 0 : Prefetcher::kAutomatic);
}

// False if the loss isn't finite.
Result<bool> Trainer::Impl::takeStep(const Batch &batch) {
  int64_t number = batch.epoch * stepsPerEpoch + batch.step + 1;
  // Batch norm can't tell the deviation of a single example that an epoch leaves over.
  if (batch.rows == 1 && hasBuffers && stepsPerEpoch > 1)
    return true;
  std::vector<const Tensor *> inputs;
  for (const Tensor &tensor : batch.tensors)
    inputs.push_back(&tensor);
  Result<std::vector<double>> sums = step->run(inputs, plan().evaluateHypers(number, steps()),
                                               options.seed, number, batch.rows, pool);
  if (!sums)
    return sums.takeError();
  if (!std::isfinite((*sums)[0]))
    return false;
  for (size_t i = 0; i < sums->size(); ++i)
    progress.sums[i] += (*sums)[i];
  progress.examples += batch.rows;
  epochExamples += batch.rows;
  if (!observers.empty()) {
    StepReport report{number,
                      batch.epoch + 1,
                      batch.rows,
                      (*sums)[0] / static_cast<double>(batch.rows),
                      plan().evaluateScheduled(number, steps()),
                      now() - started};
    for (TrainingObserver *observer : observers)
      observer->step(report);
  }
  return true;
}

bool Trainer::Impl::isBetter(const EpochReport &report, double &score) const {
  const auto &best = plan().best;
  if (!best || (best->onValidation && !report.valid))
    return true; // the last epoch is kept
  const Scores &scores = best->onValidation ? *report.valid : report.train;
  score = scores.loss;
  for (size_t i = 0; i < plan().metrics.size(); ++i)
    if (plan().metrics[i].name == best->metric)
      score = scores.metrics[i];
  if (std::isnan(score))
    return !progress.best && !progress.bestEpoch;
  return !progress.best || (best->largest ? score > *progress.best : score < *progress.best);
}

Result<void> Trainer::Impl::finishEpoch(int64_t epoch) {
  EpochReport report;
  report.epoch = epoch + 1;
  report.step = (epoch + 1) * stepsPerEpoch;
  double trained = now() - epochStarted;
  report.perSecond = trained > 0 ? static_cast<double>(epochExamples) / trained : 0;
  std::vector<double> means = progress.sums;
  for (double &mean : means)
    mean /= static_cast<double>(progress.examples);
  std::vector<double> unknown;
  for (const TrainingPlan::Metric &metric : plan().metrics)
    for (const TrainingPlan::Metric::Input &input : metric.inputs)
      if (input.kind == TrainingPlan::Metric::Kind::Auc)
        unknown.push_back(std::nan("")); // the steps give sums, not each example's score
  report.train = {means[0], evaluateMetrics(plan(), means, unknown)};
  if (evaluator) {
    Result<ParameterFile> parameters = copyParameters();
    if (!parameters)
      return parameters.takeError();
    Result<Scores> scores = evaluator->run(*parameters, plan(), prepared.data.validation(),
                                           prepared.data.validRows, pool);
    if (!scores)
      return scores.takeError();
    report.valid = std::move(*scores);
  }
  lastScores =
      fmt::format("epoch {}: train {}", report.epoch, describeScores(plan(), report.train));
  if (report.valid)
    lastScores += "; valid " + describeScores(plan(), *report.valid);
  double score = std::nan("");
  if (isBetter(report, score)) {
    report.best = !std::isnan(score);
    if (!std::isnan(score))
      progress.best = score;
    progress.bestEpoch = report.epoch;
    // The model first: if this is where a kill comes, the epoch is repeated from the state.
    if (Result<void> saved = saveModel(); !saved)
      return saved;
    outcome.kept = report;
  }
  progress.epoch = epoch + 1;
  progress.step = 0;
  progress.sums.assign(progress.sums.size(), 0.0);
  progress.examples = 0;
  report.seconds = now() - started;
  outcome.last = report;
  if (outcome.kept && outcome.kept->epoch == report.epoch)
    outcome.kept = report;
  for (TrainingObserver *observer : observers)
    observer->epoch(report);
  if (Result<void> saved = saveState(); !saved)
    return saved;
  epochStarted = now();
  epochExamples = 0;
  return {};
}

void Trainer::Impl::describeOutline() {
  TrainingOutline outline;
  outline.model = model.model;
  outline.epochs = plan().epochs;
  outline.firstStep = firstStep;
  outline.steps = steps();
  outline.batch = plan().batch;
  outline.trainExamples = static_cast<int64_t>(prepared.data.trainRows.size());
  outline.validExamples = static_cast<int64_t>(prepared.data.validRows.size());
  for (const TrainingPlan::Metric &metric : plan().metrics)
    outline.metrics.push_back(metric.name);
  outline.scheduled = plan().scheduled;
  for (TrainingObserver *observer : observers)
    observer->begin(outline);
}

Result<TrainingOutcome> Trainer::run(const std::atomic<bool> &stop) {
  Impl &self = *impl;
  self.started = self.epochStarted = self.lastSave = Impl::now();
  self.firstStep = self.progress.epoch * self.stepsPerEpoch + self.progress.step + 1;
  auto finish = [&](TrainingOutcome::Kind kind) {
    self.outcome.kind = kind;
    self.outcome.keptEpoch = self.progress.bestEpoch;
    return self.outcome;
  };
  if (self.progress.epoch >= self.plan().epochs)
    return finish(TrainingOutcome::Finished);
  self.describeOutline();
  // Whatever happens, the observers hear of the end.
  struct Ending {
    std::vector<TrainingObserver *> &observers;
    ~Ending() {
      for (TrainingObserver *observer : observers)
        observer->end();
    }
  } ending{self.observers};
  Result<std::unique_ptr<Prefetcher>> batches = self.draw(self.progress.epoch, self.progress.step);
  if (!batches)
    return batches.takeError();
  int64_t sinceSave = 0;
  while (const Batch *batch = (*batches)->next()) {
    Result<bool> finite = self.takeStep(*batch);
    if (!finite)
      return finite.takeError();
    int64_t number = batch->epoch * self.stepsPerEpoch + batch->step + 1;
    if (!*finite) {
      Result<std::string> why = self.explainNonFinite(batch->epoch, batch->step);
      return fail("the loss is no finite number in step {} (epoch {}): {}{}", number,
                  batch->epoch + 1, why ? *why : why.error().message,
                  self.options.output.empty() ? "" : ". What was saved before is as it was");
    }
    self.outcome.epoch = batch->epoch + 1;
    self.outcome.step = number;
    self.progress.epoch = batch->epoch;
    self.progress.step = batch->step + 1;
    bool stopping = stop.load(std::memory_order_relaxed);
    ++sinceSave;
    if (batch->step + 1 == self.stepsPerEpoch) {
      if (Result<void> finished = self.finishEpoch(batch->epoch); !finished)
        return finished.takeError();
      sinceSave = 0;
    } else if (stopping || (self.options.saveSteps && sinceSave >= self.options.saveSteps) ||
               (self.options.saveSeconds > 0 &&
                Impl::now() - self.lastSave >= self.options.saveSeconds)) {
      if (Result<void> saved = self.saveState(); !saved)
        return saved.takeError();
      sinceSave = 0;
    }
    if (stopping && number < self.steps())
      return finish(TrainingOutcome::Interrupted);
  }
  return finish(TrainingOutcome::Finished);
}

} // namespace weir
