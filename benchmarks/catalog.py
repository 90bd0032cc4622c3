"""What is timed: whole models, and single layers as small models of one layer."""

from collections import namedtuple

# `model` is a file of examples/ or the text of a model; `definition` names the PyTorch
# module of models.py; `operations` counts a multiply-add as two, per example, and is 0
# where no share of the machine's peak is shown.
Case = namedtuple("Case", "name group model sets definition golden batches operations")

BATCHES = (1, 8, 64, 256)


def _example(name, definition, sets=(), golden=None, batches=BATCHES, operations=0):
    return Case(name, "models", f"examples/{name}.weir", tuple(sets), definition, golden, batches,
                operations)


_RATINGS = ("users=672", "movies=8428")

MODELS = [
    _example("collab_dot", ("CollabDot",), _RATINGS, "collab_dot"),
    _example("collab_nn", ("CollabNN",), _RATINGS, "collab_nn"),
    _example("tabular_adult", ("TabularAdult",), golden="tabular_adult"),
    _example("next_word", ("NextWord",), golden="next_word"),
    _example("recommender", ("Recommender",)),
    _example("fashion_stride2", ("fashion_stride2",), golden="fashion_stride2"),
    _example("fashion_pool", ("fashion_pool",), golden="fashion_pool"),
    _example("lenet", ("LeNet",), operations=2 * 4_241_152),
    _example("layers1024", ("layers1024",), operations=2 * 4_194_304),
    # Larger batches of these take seconds per call with every program.
    _example("mobilenet", ("MobileNet",), batches=(1, 8, 64)),
    _example("resnet18", ("ResNet18",), batches=(1, 8, 64), operations=2 * 1_814_073_344),
]


def _product(size):
    text = (f"model Product() {{\n  input x: f32[{size}]\n"
            f"  output y = linear(x, {size}, bias: false)\n}}\n")
    return Case(f"product{size}", "products", text, (), ("product", size, size), None, (size,),
                2 * size * size)


PRODUCTS = [_product(size) for size in (64, 100, 128, 256, 500, 512, 1024, 2048)]


def _convolution(size, inputs, outputs, kernel, stride):
    padding = kernel // 2
    text = (f"model Convolution() {{\n  input x: f32[{inputs}, {size}, {size}]\n"
            f"  output y = conv2d(x, {outputs}, kernel: {kernel}, stride: {stride}, "
            f"padding: {padding}, bias: false)\n}}\n")
    after = (size + 2 * padding - kernel) // stride + 1
    name = f"conv{kernel}x{kernel}s{stride}_{size}_{inputs}_{outputs}"
    return Case(name, "convolutions", text, (),
                ("convolution", inputs, outputs, kernel, stride), None, (1, 8),
                2 * after * after * outputs * inputs * kernel * kernel)


# ResNet-50's: image size, channels in, channels out, kernel, stride.
CONVOLUTIONS = [_convolution(*shape) for shape in (
    (224, 3, 64, 7, 2),
    (56, 64, 64, 1, 1), (56, 64, 64, 3, 1), (56, 64, 256, 1, 1), (56, 256, 64, 1, 1),
    (56, 256, 128, 1, 1), (56, 128, 128, 3, 2), (56, 256, 512, 1, 2),
    (28, 128, 512, 1, 1), (28, 512, 128, 1, 1), (28, 128, 128, 3, 1),
    (28, 512, 256, 1, 1), (28, 256, 256, 3, 2), (28, 512, 1024, 1, 2),
    (14, 256, 1024, 1, 1), (14, 1024, 256, 1, 1), (14, 256, 256, 3, 1),
    (14, 1024, 512, 1, 1), (14, 512, 512, 3, 2), (14, 1024, 2048, 1, 2),
    (7, 512, 2048, 1, 1), (7, 2048, 512, 1, 1), (7, 512, 512, 3, 1))]

ALL = MODELS + PRODUCTS + CONVOLUTIONS

# What fits into the two minutes of --quick.
QUICK = {"collab_nn": (1, 64), "tabular_adult": (1, 64), "fashion_stride2": (1, 64),
         "lenet": (1,), "product256": (256,), "conv3x3s1_28_128_128": (1,)}


def select(names):
    """The cases of these names or groups; all if there are no names."""
    if not names:
        return list(ALL)
    known = {case.name for case in ALL} | {case.group for case in ALL}
    for name in names:
        if name not in known:
            raise SystemExit(f"benchmarks: there is no case or group '{name}'; there are "
                             + ", ".join(sorted(known)))
    return [case for case in ALL if case.name in names or case.group in names]
