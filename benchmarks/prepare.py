"""Run in the virtual environment: makes model.onnx and the expected outputs of cases.

usage: prepare.py CASE_FOLDER...
"""

import json
import os
import sys

import numpy as np
import torch

import arrays
import models


def prepare(folder):
    with open(os.path.join(folder, "case.json")) as file:
        info = json.load(file)
    at = lambda name: os.path.join(folder, name)
    module = models.load(models.build(info["definition"]),
                         arrays.read_safetensors(at("weights.safetensors")))
    inputs = [torch.from_numpy(np.load(at(entry["name"] + ".npy"))) for entry in info["inputs"]]
    with torch.inference_mode():
        outputs = module(*inputs)
    for entry, value in zip(info["outputs"], [outputs]):
        np.save(at("expected_" + entry["name"] + ".npy"), value.numpy())
    with open(at("expected.json"), "w") as file:
        json.dump({"count": inputs[0].shape[0], "by": f"PyTorch {torch.__version__}"}, file)

    module.plain_bags = True
    dimension = torch.export.Dim("batch")
    torch.onnx.export(module, tuple(x[:2] for x in inputs), at("part.onnx"), dynamo=True,
                      external_data=False, verbose=False,
                      input_names=[entry["name"] for entry in info["inputs"]],
                      output_names=[entry["name"] for entry in info["outputs"]],
                      dynamic_shapes=({0: dimension},) * len(inputs))
    os.replace(at("part.onnx"), at("model.onnx"))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        prepare(name)
        print(name, flush=True)
