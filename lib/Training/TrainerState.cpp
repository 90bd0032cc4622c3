//===- TrainerState.cpp - Saving a training, and going back to it ---------===//

#include "TrainerImpl.h"

#include "weir/Training/FindNonFinite.h"

#include <cmath>
#include <unistd.h>

namespace weir {

//===----------------------------------------------------------------------===//
// Saving
//===----------------------------------------------------------------------===//

// Parameters that are saved can be gone on with.
static Result<void> checkFinite(const ParameterFile &parameters) {
  for (const NamedTensor &entry : parameters) {
    const float *values = entry.tensor.f32();
    int64_t count = entry.tensor.elements();
    int64_t bad = std::count_if(values, values + count, [](float x) { return !std::isfinite(x); });
    if (bad)
      return fail("{} of the {} elements of parameter '{}' are no finite numbers any more: a "
                  "gradient overflowed, though the loss didn't. Lower the learning rate (--lr), or "
                  "shorten the gradients by --with 'clip_norm 1.0'. What was saved before is as it "
                  "was",
                  bad, count, entry.name);
  }
  return {};
}

// The model's parameters. One that no step needs stays as it was at the beginning.
Result<ParameterFile> Trainer::Impl::copyParameters() const {
  if (Result<void> current = step->catchUp(pool); !current)
    return current.takeError();
  ParameterFile file;
  for (const Signature::Parameter &parameter : model.parameters) {
    Result<Tensor> copy = Tensor::uninitialized(DType::F32, parameter.shape);
    if (copy) {
      if (const Tensor *tensor = step->find(parameter.name))
        copy = tensor->clone();
      else
        fill(*copy, parameter.init, parameter.initArgs[0], parameter.initArgs[1], options.seed,
             parameter.name);
    }
    if (!copy)
      return copy.takeError();
    if (Result<void> added = file.add(parameter.name, std::move(*copy)); !added)
      return added.takeError();
  }
  return file;
}

Result<ParameterFile> Trainer::Impl::copyStates() const {
  ParameterFile file;
  auto isModels = [&](const std::string &name) {
    return std::ranges::find(model.parameters, name, &Signature::Parameter::name) !=
           model.parameters.end();
  };
  for (const Signature::Parameter &parameter : step->signature().parameters) {
    const Tensor *tensor = step->find(parameter.name);
    if (!tensor || isModels(parameter.name))
      continue;
    Result<Tensor> copy = tensor->clone();
    if (!copy)
      return copy.takeError();
    if (Result<void> added = file.add(parameter.name, std::move(*copy)); !added)
      return added.takeError();
  }
  return file;
}

Result<void> Trainer::Impl::saveModel() {
  if (options.output.empty())
    return {};
  Result<ParameterFile> parameters = copyParameters();
  if (!parameters)
    return parameters.takeError();
  if (Result<void> finite = checkFinite(*parameters); !finite)
    return finite;
  // A state that another training left would speak of another model of this name.
  if (!stateSaved)
    ::unlink(lastPath(options.output).c_str());
  Checkpoint checkpoint{source,       prepared.data.format,   lastScores,
                        std::nullopt, std::move(*parameters), {}};
  return writeCheckpoint(options.output, std::move(checkpoint));
}

Result<void> Trainer::Impl::saveState() {
  lastSave = now();
  if (options.output.empty())
    return {};
  Result<ParameterFile> parameters = copyParameters();
  if (!parameters)
    return parameters.takeError();
  if (Result<void> finite = checkFinite(*parameters); !finite)
    return finite;
  Result<ParameterFile> states = copyStates();
  if (!states)
    return states.takeError();
  for (TrainingObserver *observer : observers)
    observer->saving();
  Checkpoint checkpoint{source,   prepared.data.format,   lastScores,
                        progress, std::move(*parameters), std::move(*states)};
  Result<void> written = writeCheckpoint(lastPath(options.output), std::move(checkpoint));
  stateSaved |= written.ok();
  return written;
}

//===----------------------------------------------------------------------===//
// Restoring
//===----------------------------------------------------------------------===//

Result<void> Trainer::Impl::restore(Checkpoint checkpoint) {
  ParameterFile all;
  for (ParameterFile *file : {&checkpoint.parameters, &checkpoint.states}) {
    std::vector<std::string> names;
    for (const NamedTensor &entry : *file)
      names.push_back(entry.name);
    for (const std::string &name : names)
      if (step->find(name))
        if (Result<void> added = all.add(name, std::move(*file->find(name))); !added)
          return added.takeError();
  }
  for (const Signature::Parameter &parameter : step->signature().parameters)
    if (!all.find(parameter.name))
      return fail("'{}' is missing", parameter.name);
  if (Result<void> loaded = step->load(all); !loaded)
    return loaded.takeError();
  progress = *checkpoint.progress;
  return {};
}

//===----------------------------------------------------------------------===//
// When the loss isn't finite
//===----------------------------------------------------------------------===//

// Back to the last state that was saved, or to the beginning.
Result<void> Trainer::Impl::restart() {
  if (!stateSaved) {
    progress.epoch = progress.step = 0;
    return step->initialize(options.seed);
  }
  Result<Checkpoint> checkpoint = readCheckpoint(lastPath(options.output));
  return checkpoint ? restore(std::move(*checkpoint)) : Result<void>(checkpoint.takeError());
}

// The step that failed has already changed the parameters, so those before it are computed
// again: steps are reproducible. Then the batch goes through the reference interpreter.
Result<std::string> Trainer::Impl::explainNonFinite(int64_t epoch, int64_t stepInEpoch) {
  Result<void> restarted = restart();
  if (!restarted)
    return restarted.takeError();
  Result<std::unique_ptr<Prefetcher>> batches = draw(progress.epoch, progress.step);
  if (!batches)
    return batches.takeError();
  std::vector<TrainingObserver *> silent;
  std::swap(silent, observers);
  while (const Batch *batch = (*batches)->next()) {
    if (batch->epoch == epoch && batch->step == stepInEpoch) {
      Result<ParameterFile> parameters = copyParameters();
      std::swap(silent, observers);
      if (!parameters)
        return parameters.takeError();
      return describeNonFinite(*forward, *parameters, batch->tensors, batch->rows);
    }
    if (Result<bool> finite = takeStep(*batch); !finite)
      return finite.takeError();
  }
  std::swap(silent, observers);
  return fail("the steps before it can't be repeated");
}

} // namespace weir
