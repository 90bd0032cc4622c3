//===- TuneStages.cpp - The variants of a model, and what they tell -----------===//
//
// Forms of convolutions come first, since they say which products there are; then the tiles
// of products; then their blocks. A variant gives every shape its next candidate, so that
// a handful of them measures all layers.
//
//===----------------------------------------------------------------------===//

#include "LayerChoices.h"
#include "Tune.h"
#include "TuneVariant.h"

#include "weir/CodeGen/Tuning.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace mlir;

namespace weir {

namespace {

// Where a shape occurs: a layer, or the kernel in it that has so much work.
struct Place {
  std::string name; // of the layer
  int64_t layer;
  int64_t work; // 0 for all kernels of the layer
  bool holds(const KernelCost &kernel) const {
    return kernel.number == layer && (work == 0 || kernel.work == work);
  }
};

struct Candidate {
  std::string name;
  double cost;
  Attribute choice; // null for the default
};

// What is chosen for: all layers of one shape.
struct Subject {
  std::string key, shape;
  std::vector<Place> places;
  std::vector<Candidate> candidates;
};

// The measuring of a model.
class Tuner {
public:
  explicit Tuner(const VariantSource &source)
      : source(source), builder(source.model.context.get()) {}

  Result<Tuning> run();

private:
  Result<std::vector<LayerChoice>> choicesNow() const;
  Result<std::vector<Subject>> listForms() const;
  Result<std::vector<Subject>> listProducts(bool blocks) const;
  Result<Variant *> variantFor(ArrayAttr choices);
  Result<void> stage(const char *kind, std::vector<Subject> subjects);
  void compareWholes();

  const VariantSource &source;
  Builder builder;
  ArrayAttr taken; // so far
  // The default and what each stage took; how many shapes were measured until it was known,
  // and the seconds that they all together gain, layer by layer.
  std::vector<std::unique_ptr<Variant>> kept;
  std::vector<size_t> shapesUntil;
  std::vector<double> gains;
  double gain = 0;                             // so far
  std::vector<std::unique_ptr<Variant>> tried; // in this stage
  Tuning tuning;
};

} // namespace

static std::string printed(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

static std::string nameOf(const Layer &layer) {
  return layer.name.empty() ? layer.kind : layer.name;
}

//===----------------------------------------------------------------------===//
// What there is to choose from
//===----------------------------------------------------------------------===//

static ConvForm formOf(ConvolutionForm form) {
  switch (form) {
  case ConvolutionForm::Windows:
    return ConvForm::Windows;
  case ConvolutionForm::Im2col:
    return ConvForm::Im2col;
  case ConvolutionForm::Winograd2:
    return ConvForm::Winograd2;
  case ConvolutionForm::Winograd4:
    return ConvForm::Winograd4;
  }
}

// What --conv leaves. Patches are copied only as long as those of an example may stay in a
// cache: memory for them is the user's.
static std::vector<ConvolutionForm> formsFor(const ConvolutionShape &shape,
                                             const CompileOptions &options) {
  using Form = ConvolutionForm;
  WinogradUse winograd = options.rewrites.winograd;
  std::vector<Form> forms;
  if (winograd == WinogradUse::WherePays) {
    forms.push_back(Form::Windows);
    int64_t patches =
        4 * shape.height * shape.width * shape.kernelHeight * shape.kernelWidth * shape.channels;
    if (patches <= CacheSizes{options.target.cacheBytes}.last())
      forms.push_back(Form::Im2col);
  }
  if (winograd != WinogradUse::Never)
    for (Form form : {Form::Winograd2, Form::Winograd4})
      if (applies(form, shape))
        forms.push_back(form);
  return forms;
}

Result<std::vector<LayerChoice>> Tuner::choicesNow() const {
  OwningOpRef<ModuleOp> module = withChoices(source.model, taken);
  return findChoices(*module, *source.model.sources, source.options);
}

// Adds a place to the subject of this key; makes the subject if it isn't there.
static Subject &addPlace(std::vector<Subject> &subjects, const std::string &key, Place place) {
  auto subject = std::find_if(subjects.begin(), subjects.end(),
                              [&](const Subject &other) { return other.key == key; });
  if (subject == subjects.end())
    subject = subjects.insert(subjects.end(), Subject{key, {}, {}, {}});
  subject->places.push_back(std::move(place));
  return *subject;
}

Result<std::vector<Subject>> Tuner::listForms() const {
  auto choices = choicesNow();
  if (!choices)
    return choices.takeError();
  std::vector<Layer> layers = listLayers(*source.model.module, *source.model.sources);
  std::vector<Subject> subjects;
  for (size_t i = 0; i < layers.size(); ++i) {
    const LayerChoice &choice = (*choices)[i];
    if (choice.how.empty() || !choice.convolution)
      continue;
    const ConvolutionShape &shape = *choice.convolution;
    auto choiceOf = [&](ConvolutionForm form) {
      return FormChoiceAttr::get(builder.getContext(), shape.channels, shape.outputs, shape.height,
                                 shape.width, shape.kernelHeight, shape.kernelWidth, shape.dense,
                                 formOf(form));
    };
    Subject &subject =
        addPlace(subjects, printed(choiceOf(choice.form)), {nameOf(layers[i]), int64_t(i), 0});
    if (!subject.candidates.empty())
      continue;
    subject.shape = fmt::format("{}x{}, {} to {}, {}x{}", shape.height, shape.width, shape.channels,
                                shape.outputs, shape.kernelHeight, shape.kernelWidth);
    auto add = [&](ConvolutionForm form, Attribute attribute) {
      subject.candidates.push_back(
          {weir::nameOf(form), convolutionCost(form, shape) * double(source.batch), attribute});
    };
    add(choice.form, nullptr);
    for (ConvolutionForm form : formsFor(shape, source.options))
      if (form != choice.form)
        add(form, choiceOf(form));
  }
  return subjects;
}

Result<std::vector<Subject>> Tuner::listProducts(bool blocks) const {
  auto choices = choicesNow();
  if (!choices)
    return choices.takeError();
  const CpuTarget &target = source.options.target;
  VectorUnit unit{target.vectorBits / 32, target.vectorRegisters, target.cacheBytes};
  std::vector<Layer> layers = listLayers(*source.model.module, *source.model.sources);
  std::vector<Subject> subjects;
  for (size_t i = 0; i < layers.size(); ++i)
    for (const ProductChoice &product : (*choices)[i].products) {
      const ProductShape &shape = product.shape;
      int64_t work = product.count * shape.rows * shape.depth * shape.width;
      Subject &subject = addPlace(subjects, printed(TypeAttr::get(product.type)),
                                  {nameOf(layers[i]), int64_t(i), work});
      if (!subject.candidates.empty())
        continue;
      subject.shape = fmt::format("{}x{}x{}", shape.rows, shape.depth, shape.width);
      if (product.count > 1)
        subject.shape += fmt::format(", {} times", product.count);
      auto add = [&](const ProductTiling &tiling, bool isDefault) {
        auto strategy =
            ProductStrategyAttr::get(builder.getContext(), tiling.rows, tiling.columns,
                                     tiling.lanes, tiling.rowBlock, tiling.panelBlock, tiling.sums);
        Attribute attribute =
            isDefault ? Attribute()
                      : ProductChoiceAttr::get(builder.getContext(), product.type, strategy);
        subject.candidates.push_back(
            {blocks ? fmt::format("{}x{}", tiling.rowBlock, tiling.panelBlock)
                    : fmt::format("{}x{}", tiling.rows, tiling.columns),
             double(product.count) * productCost(shape, tiling, source.batch), attribute});
      };
      add(product.tiling, true);
      ProductCall call{shape, product.count, source.batch};
      for (const ProductTiling &tiling :
           blocks ? blockCandidates(call, product.tiling)
                  : tileCandidates(call, product.tiling, unit, product.halved))
        add(tiling, false);
    }
  return subjects;
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

// What a choice is for: the same for all candidates of a shape.
static Attribute subjectOf(Attribute choice) {
  if (auto product = dyn_cast<ProductChoiceAttr>(choice))
    return TypeAttr::get(product.getType());
  auto form = cast<FormChoiceAttr>(choice);
  return FormChoiceAttr::get(form.getContext(), form.getChannels(), form.getOutputs(),
                             form.getHeight(), form.getWidth(), form.getKernelHeight(),
                             form.getKernelWidth(), form.getDense(), ConvForm::Windows);
}

// The choices with these in place of those for the same shapes.
static ArrayAttr replaced(ArrayAttr choices, ArrayRef<Attribute> by) {
  SmallVector<Attribute> all;
  for (Attribute old : choices)
    if (llvm::none_of(by, [&](Attribute choice) { return subjectOf(choice) == subjectOf(old); }))
      all.push_back(old);
  llvm::append_range(all, by);
  return ArrayAttr::get(choices.getContext(), all);
}

// The compiled model with these choices, if there is one already; else it is made.
Result<Variant *> Tuner::variantFor(ArrayAttr choices) {
  for (auto *list : {&kept, &tried})
    for (std::unique_ptr<Variant> &variant : *list)
      if (variant->choices == choices)
        return variant.get();
  auto variant = Variant::compile(source, choices);
  if (!variant)
    return variant.takeError();
  ++tuning.variants;
  tried.push_back(std::move(*variant));
  return tried.back().get();
}

// A candidate that isn't ahead by this much isn't told from noise.
static constexpr double kMargin = 0.03;

Result<void> Tuner::stage(const char *kind, std::vector<Subject> subjects) {
  size_t variants = 1;
  for (const Subject &subject : subjects)
    variants = std::max(variants, subject.candidates.size());
  if (variants == 1)
    return {};

  // Variant n gives each shape its candidate n, or the default where there are fewer.
  auto candidateIn = [](const Subject &subject, size_t n) {
    return n < subject.candidates.size() ? n : 0;
  };
  std::vector<Variant *> all;
  for (size_t n = 0; n < variants; ++n) {
    SmallVector<Attribute> choices;
    for (const Subject &subject : subjects)
      if (Attribute choice = subject.candidates[candidateIn(subject, n)].choice)
        choices.push_back(choice);
    auto variant = variantFor(replaced(taken, choices));
    if (!variant)
      return variant.takeError();
    all.push_back(*variant);
  }
  runInTurns(all, /*kernels=*/true, /*seconds=*/0.6, /*leastTurns=*/5);

  std::vector<LayerTimes> times;
  std::map<std::string, std::vector<std::string>> names; // of the layers, by shape
  for (const Subject &subject : subjects)
    for (const Place &place : subject.places) {
      LayerTimes layer{subject.key, {}, {}};
      for (size_t n = 0; n < variants; ++n)
        if (auto seconds = all[n]->kernelSeconds(
                [&](const KernelCost &kernel) { return place.holds(kernel); })) {
          layer.candidates.push_back(candidateIn(subject, n));
          layer.seconds.push_back(*seconds);
        }
      // What became part of another layer's kernel is measured there.
      if (layer.seconds.size() != variants)
        continue;
      times.push_back(std::move(layer));
      names[subject.key].push_back(place.name);
    }
  SmallVector<Attribute> choices;
  for (const ShapeTimes &answer : chooseCandidates(times, kMargin)) {
    const Subject &subject =
        *llvm::find_if(subjects, [&](const Subject &other) { return other.key == answer.shape; });
    TunedShape shape{kind, subject.shape, names[subject.key], {}, answer.taken};
    for (auto [candidate, seconds] : llvm::zip_equal(subject.candidates, answer.seconds))
      shape.candidates.push_back({candidate.name, seconds, candidate.cost});
    if (shape.candidates.size() > 1)
      tuning.shapes.push_back(std::move(shape));
    if (Attribute choice = subject.candidates[answer.taken].choice)
      choices.push_back(choice);
    gain += answer.seconds[0] - answer.seconds[answer.taken];
  }
  // What the next stage begins with is compiled now, and the others of this one go.
  taken = replaced(taken, choices);
  auto best = variantFor(taken);
  if (!best)
    return best.takeError();
  for (std::unique_ptr<Variant> &variant : tried)
    if (variant.get() == *best) {
      kept.push_back(std::move(variant));
      shapesUntil.push_back(tuning.shapes.size());
      gains.push_back(gain);
    }
  tried.clear();
  return {};
}

// A layer that is faster where it was measured may slow its neighbours down, and calls as
// wholes differ by where their memory happens to lie: both must say that something is gained.
void Tuner::compareWholes() {
  constexpr double margin = 0.01;
  tuning.choices = kept.front()->choices;
  if (tuning.shapes.empty())
    return;
  std::vector<Variant *> all;
  for (std::unique_ptr<Variant> &variant : kept)
    all.push_back(variant.get());
  runInTurns(all, /*kernels=*/false, /*seconds=*/1, /*leastTurns=*/11);
  const std::vector<double> &defaults = all.front()->callSeconds();
  tuning.seconds = tuning.defaultSeconds = medianOf(defaults);
  size_t best = 0;
  for (size_t i = 1; i < all.size(); ++i) {
    const std::vector<double> &seconds = all[i]->callSeconds();
    if (gains[i] < margin * tuning.defaultSeconds || !isFaster(seconds, defaults, margin) ||
        medianOf(seconds) >= tuning.seconds)
      continue;
    tuning.seconds = medianOf(seconds);
    tuning.choices = all[i]->choices;
    best = i;
  }
  for (size_t i = shapesUntil[best]; i < tuning.shapes.size(); ++i)
    tuning.shapes[i].taken = 0;
}

Result<Tuning> Tuner::run() {
  taken = builder.getArrayAttr({});
  auto byDefault = variantFor(taken);
  if (!byDefault)
    return byDefault.takeError();
  kept = std::move(tried);
  shapesUntil = {0};
  gains = {0};
  tried.clear();
  auto measure = [&](const char *kind, Result<std::vector<Subject>> subjects) -> Result<void> {
    return subjects ? stage(kind, std::move(*subjects)) : subjects.takeError();
  };
  if (Result<void> done = measure("form", listForms()); !done)
    return done.takeError();
  if (Result<void> done = measure("tile", listProducts(/*blocks=*/false)); !done)
    return done.takeError();
  if (Result<void> done = measure("block", listProducts(/*blocks=*/true)); !done)
    return done.takeError();
  compareWholes();
  return std::move(tuning);
}

Result<Tuning> measureVariants(const VariantSource &source) { return Tuner(source).run(); }

} // namespace weir
