"""XLA through JAX: the ONNX graph evaluated with jax.numpy under jax.jit.

The weights are constants of the compiled program, so that XLA can fold and pack them
and the call passes inputs only.
"""

import os

from . import clock_python

HOW = "jitted function on device arrays, then block_until_ready; called from Python"


def _attributes(node):
    import onnx
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def _pads(attributes, rank):
    pads = attributes.get("pads", [0] * (2 * rank))
    return list(zip(pads[:rank], pads[rank:]))


def evaluate(graph, constants, values):
    """Runs the nodes of an ONNX graph with jax.numpy; static shapes are numpy's."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    values = dict(values)

    def get(name):
        return values[name] if name in values else constants[name]

    def axes_of(args, attributes):
        axes = args[1] if len(args) > 1 else attributes["axes"]
        return tuple(int(axis) for axis in np.asarray(axes).ravel())

    def conv(args, a):
        x, w = args[:2]
        rank = w.ndim - 2
        letters = "DHW"[-rank:]
        y = jax.lax.conv_general_dilated(
            x, w, a.get("strides", [1] * rank), _pads(a, rank),
            rhs_dilation=a.get("dilations", [1] * rank), feature_group_count=a.get("group", 1),
            dimension_numbers=("NC" + letters, "OI" + letters, "NC" + letters))
        return y + args[2].reshape((1, -1) + (1,) * rank) if len(args) > 2 else y

    def gemm(args, a):
        x = args[0].T if a.get("transA") else args[0]
        w = args[1].T if a.get("transB") else args[1]
        y = a.get("alpha", 1.0) * (x @ w) if a.get("alpha", 1.0) != 1.0 else x @ w
        return y + a.get("beta", 1.0) * args[2] if len(args) > 2 else y

    def max_pool(args, a):
        window = a["kernel_shape"]
        rank = len(window)
        return jax.lax.reduce_window(args[0], -jnp.inf, jax.lax.max, (1, 1) + tuple(window),
                                     (1, 1) + tuple(a.get("strides", [1] * rank)),
                                     [(0, 0), (0, 0)] + _pads(a, rank))

    def batch_norm(args, a):
        x, scale, bias, mean, var = args
        shape = (1, -1) + (1,) * (x.ndim - 2)
        factor = scale / jnp.sqrt(var + a.get("epsilon", 1e-5))
        return x * factor.reshape(shape) + (bias - mean * factor).reshape(shape)

    def reshape(args, a):
        sizes = [int(size) for size in np.asarray(args[1])]
        return args[0].reshape([args[0].shape[i] if size == 0 and not a.get("allowzero") else size
                                for i, size in enumerate(sizes)])

    operators = {
        "Conv": conv, "Gemm": gemm, "MaxPool": max_pool, "BatchNormalization": batch_norm,
        "Reshape": reshape,
        "Relu": lambda x, a: jnp.maximum(x[0], 0),
        "Sigmoid": lambda x, a: jax.nn.sigmoid(x[0]),
        "Tanh": lambda x, a: jnp.tanh(x[0]),
        "HardSigmoid": lambda x, a: jnp.clip(a.get("alpha", 0.2) * x[0] + a.get("beta", 0.5), 0, 1),
        "HardSwish": lambda x, a: x[0] * jnp.clip(x[0] / 6 + 0.5, 0, 1),
        "Add": lambda x, a: x[0] + x[1],
        "Mul": lambda x, a: x[0] * x[1],
        "MatMul": lambda x, a: x[0] @ x[1],
        "Gather": lambda x, a: jnp.take(x[0], x[1], axis=a.get("axis", 0), mode="clip"),
        "Concat": lambda x, a: jnp.concatenate(x, axis=a["axis"]),
        "Transpose": lambda x, a: jnp.transpose(x[0], a["perm"]),
        "Unsqueeze": lambda x, a: jnp.expand_dims(x[0], axes_of(x, a)),
        "ReduceMean": lambda x, a: x[0].mean(axes_of(x, a), keepdims=bool(a.get("keepdims", 1))),
        "ReduceSum": lambda x, a: x[0].sum(axes_of(x, a), keepdims=bool(a.get("keepdims", 1))),
    }
    for node in graph.node:
        if node.op_type not in operators:
            raise NotImplementedError(f"the operator {node.op_type} of ONNX")
        values[node.output[0]] = operators[node.op_type](
            [get(name) for name in node.input if name], _attributes(node))
    return [get(output.name) for output in graph.output]


class Peer:
    def __init__(self, threads):
        import jax
        import numpy
        import onnx
        jax.config.update("jax_enable_x64", True)  # for ids of 64 bits
        self.jax, self.numpy, self.onnx = jax, numpy, onnx
        self.version = f"XLA (JAX {jax.__version__})"

    def load(self, folder, info, batch):
        graph = self.onnx.load(os.path.join(folder, "model.onnx")).graph
        constants = {t.name: self.onnx.numpy_helper.to_array(t) for t in graph.initializer}
        names = [entry["name"] for entry in info["inputs"]]

        def model(*inputs):
            return evaluate(graph, constants, dict(zip(names, inputs)))[0]

        self.inputs = [self.jax.device_put(self.numpy.load(
            os.path.join(folder, name + ".npy"))[:batch]) for name in names]
        self.function = self.jax.jit(model)
        self.function(*self.inputs).block_until_ready()

    def outputs(self):
        return [self.numpy.asarray(self.function(*self.inputs)).tobytes()]

    def time(self, seconds):
        function, inputs = self.function, self.inputs
        return clock_python(lambda: function(*inputs).block_until_ready(), seconds)
