"""oneDNN's own product, through PyTorch's tensors in oneDNN's layout."""

import os
import re

import numpy
import torch

import arrays

from . import clock_python

HOW = "mkldnn_linear of PyTorch on tensors of oneDNN's own; called from Python"


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        version = re.search(r"MKL-DNN v([0-9.]+)", torch.__config__.show())
        self.version = "oneDNN " + (version.group(1) if version else "of PyTorch")

    def load(self, folder, info, batch):
        if info["definition"][0] != "product":
            raise NotImplementedError("anything but plain products")
        weights = arrays.read_safetensors(os.path.join(folder, "weights.safetensors"))
        weight = torch.from_numpy(numpy.frombuffer(weights["y.weight"].data, "f4")
                                  .reshape(weights["y.weight"].shape).copy())
        x = torch.from_numpy(numpy.load(os.path.join(folder, "x.npy"))[:batch].copy())
        self.arguments = (x.to_mkldnn(), weight.to_mkldnn())

    def outputs(self):
        return [torch._C._nn.mkldnn_linear(*self.arguments).to_dense().numpy().tobytes()]

    def time(self, seconds):
        x, weight = self.arguments
        call = torch._C._nn.mkldnn_linear
        return clock_python(lambda: call(x, weight), seconds)
