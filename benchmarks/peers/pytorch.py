"""PyTorch, called as its users call it."""

import os

import numpy
import torch

import arrays
import models

from . import clock_python

HOW = "the module under torch.inference_mode(); called from Python"


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.mode = torch.inference_mode()
        self.mode.__enter__()
        self.version = f"PyTorch {torch.__version__.split('+')[0]}"

    def load(self, folder, info, batch):
        self.module = models.load(models.build(info["definition"]), arrays.read_safetensors(
            os.path.join(folder, "weights.safetensors")))
        self.inputs = [torch.from_numpy(numpy.load(os.path.join(folder, entry["name"] + ".npy"))
                                        [:batch].copy()) for entry in info["inputs"]]

    def outputs(self):
        return [self.module(*self.inputs).contiguous().numpy().tobytes()]

    def time(self, seconds):
        module, inputs = self.module, self.inputs
        return clock_python(lambda: module(*inputs), seconds)
