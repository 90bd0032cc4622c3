"""PyTorch's compiler: torch.compile with frozen weights, for the CPU."""

import torch

from . import pytorch

HOW = "torch.compile with Inductor, static shapes, weights frozen; called from Python"


class Peer(pytorch.Peer):
    def __init__(self, threads):
        super().__init__(threads)
        torch._inductor.config.freezing = True
        self.version = f"torch.compile {torch.__version__.split('+')[0]}"

    def load(self, folder, info, batch):
        torch._dynamo.reset()
        super().load(folder, info, batch)
        self.module = torch.compile(self.module, dynamic=False)
        self.module(*self.inputs)
