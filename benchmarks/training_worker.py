"""PyTorch's steps of training, in a process of its own. Orders and answers are as
worker.py's.

usage: training_worker.py VARIANT THREADS

VARIANT is `default`, what torch.optim.AdamW does unless told otherwise; `fused`, its
fused form; or `compiled`, fused, with torch.compile around the model and the loss.
  {"do": "load", "folder": ..., "batch": ..., "steps": 5} -> {"losses": [...]}
  {"do": "time", "seconds": 1.0}                          -> {"times": [...]}
The losses are those before each of the first steps, computed without dropout.
"""

import json
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn

import arrays
import models
from worker import serve

# Longer than any run here, as in `weir bench --train`.
SCHEDULE_STEPS = 1_000_000

LOSSES = {"mse": lambda output, target: F.mse_loss(output.flatten(), target),
          "cross_entropy": F.cross_entropy}


class Peer:
    def __init__(self, variant, threads):
        torch.set_num_threads(threads)
        self.variant = variant
        self.version = f"PyTorch {torch.__version__.split('+')[0]}"

    def _start(self, dropout):
        torch._dynamo.reset()
        torch.manual_seed(0)
        module = models.load(models.build(self.info["definition"]), arrays.read_safetensors(
            os.path.join(self.folder, "weights.safetensors"))).train()
        if not dropout:
            for layer in module.modules():
                if isinstance(layer, nn.Dropout):
                    layer.p = 0.0
        criterion = LOSSES[self.info["loss"]]

        def forward(*batch):
            return criterion(module(*batch[:-1]), batch[-1])

        if self.variant == "compiled":
            forward = torch.compile(forward, dynamic=False)
        form = {} if self.variant == "default" else {"fused": True}
        optimizer = torch.optim.AdamW(module.parameters(), lr=self.info["lr"],
                                      weight_decay=self.info["weight_decay"], **form)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.info["lr"],
                                                       total_steps=SCHEDULE_STEPS)
        self.number = 0

        def step():
            batch = self.batches[self.number % len(self.batches)]
            self.number += 1
            optimizer.zero_grad()
            loss = forward(*batch)
            loss.backward()
            optimizer.step()
            schedule.step()
            return loss

        return step

    def load(self, folder, batch, steps):
        self.folder = folder
        with open(os.path.join(folder, "training.json")) as file:
            self.info = json.load(file)
        data = [torch.from_numpy(numpy.load(os.path.join(folder, name + ".npy")))
                for name in self.info["data"]]
        self.batches = [tuple(x[i:i + batch].clone() for x in data)
                        for i in range(0, data[0].shape[0] - batch + 1, batch)]
        step = self._start(dropout=False)
        losses = [float(step().detach()) for _ in range(steps)]
        self.step = self._start(dropout=True)
        for _ in range(5):
            self.step()
        return losses

    def time(self, seconds):
        now, times = time.perf_counter, []
        end = now() + seconds
        while len(times) < 5 or now() < end:
            start = now()
            self.step()
            times.append(now() - start)
        return times


def follow(peer, order):
    if order["do"] == "time":
        return {"times": peer.time(order["seconds"])}
    return {"losses": peer.load(order["folder"], order["batch"], order["steps"])}


if __name__ == "__main__":
    serve(lambda: (Peer(sys.argv[1], int(sys.argv[2])), ""), follow)
