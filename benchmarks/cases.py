"""A case made ready: one folder with the compiled model, weights, inputs and outputs.

Needs nothing but Weir and a C compiler. prepare.py adds what the peers need.
"""

import json
import os
import random
import re
import shutil
import subprocess

import arrays

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.environ.get("WEIR_BENCH", os.path.join(ROOT, "build", "bench"))
WEIR = os.environ.get("WEIR", os.path.join(ROOT, "build", "release", "bin", "weir"))
GOLDEN = os.path.join(os.path.dirname(ROOT), "shared", "golden")


def weir(*arguments):
    done = subprocess.run([WEIR, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode:
        raise RuntimeError(f"weir {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def read_header(path):
    """Inputs, outputs and parameters from the header that Weir wrote."""
    with open(path) as file:
        text = file.read()
    sizes = lambda shape: tuple(int(size) for size in re.findall(r"\d+", shape))
    inputs, outputs = [], []
    for kind, name, shape, ids in re.findall(
            r"^ \*   (in|out) +(\S+) +(?:float|int64_t) \[batch([^\]]*)\](?:, ids 0 to (\d+))?$",
            text, re.M):
        entry = {"name": name, "shape": sizes(shape)}
        if ids:
            entry["ids"] = int(ids) + 1
        (inputs if kind == "in" else outputs).append(entry)
    parameters = [{"name": name, "shape": sizes(shape)}
                  for name, shape in re.findall(r"^ \*   (\S+) +float \[([\d, ]*)\]$", text, re.M)]
    prefix = re.search(r"^int (\w+)_run\(", text, re.M).group(1)
    return {"prefix": prefix, "inputs": inputs, "outputs": outputs, "parameters": parameters}


def folder_of(case):
    return os.path.join(WORK, "cases", case.name)


def _model_path(case, folder):
    if case.model.startswith("examples/"):
        return os.path.join(ROOT, case.model)
    path = os.path.join(folder, "model.weir")
    with open(path, "w") as file:
        file.write(case.model)
    return path


def library_of(folder, batch):
    return os.path.join(folder, f"model_{batch}.so")


def compile_case(case, batches=(1,)):
    """Compiles the model anew, for each of the batch sizes, as its peers are; everything that
    hangs on its signature is in case.json."""
    folder = folder_of(case)
    os.makedirs(folder, exist_ok=True)
    model = _model_path(case, folder)
    for batch in batches:
        arguments = [model, "-o", library_of(folder, batch), "--for-batch", str(batch),
                     "--header", os.path.join(folder, "model.h")]
        for binding in case.sets:
            arguments += ["--set", binding]
        weir("compile", *arguments)
    info = read_header(os.path.join(folder, "model.h"))
    info.update(name=case.name, model=model, sets=case.sets, definition=case.definition)
    with open(os.path.join(folder, "case.json"), "w") as file:
        json.dump(info, file, indent=1)
    return info


def _make_inputs(info, folder, count, source):
    for entry in info["inputs"]:
        shape = (count,) + tuple(entry["shape"])
        value = (arrays.random_ids(shape, entry["ids"], source) if "ids" in entry
                 else arrays.random_floats(shape, -1.7, 1.7, source))
        arrays.write_npy(os.path.join(folder, entry["name"] + ".npy"), value)


def make_data(case, info, batches):
    """Weights and inputs for the largest batch: the golden ones where there are some,
    else random. The outputs of golden models are PyTorch's; others are computed by
    prepare.py or, without PyTorch, by Weir's reference."""
    folder = folder_of(case)
    count = max(batches)
    marker = os.path.join(folder, "data.json")
    state = {"count": count, "parameters": info["parameters"], "inputs": info["inputs"]}
    if os.path.exists(marker):
        with open(marker) as file:
            have = json.load(file)
        same = json.loads(json.dumps(state))
        if have["count"] >= count and all(have[k] == same[k] for k in ("parameters", "inputs")):
            return
    golden = case.golden and os.path.join(GOLDEN, case.golden)
    if golden and os.path.isdir(golden):
        shutil.copy(os.path.join(golden, "weights.safetensors"), folder)
        for entry in info["inputs"]:
            value = arrays.read_npy(os.path.join(golden, entry["name"] + ".npy"))
            shape = (value.shape[0],) + tuple(entry["shape"])
            arrays.write_npy(os.path.join(folder, entry["name"] + ".npy"),
                             arrays.Array(value.dtype, shape, value.data))
    else:
        source = random.Random(case.name)
        arrays.write_safetensors(
            os.path.join(folder, "weights.safetensors"),
            {entry["name"]: arrays.random_parameter(entry["name"], entry["shape"], source)
             for entry in info["parameters"]})
        _make_inputs(info, folder, count, source)
    for stale in ("model.onnx", "expected.json"):
        if os.path.exists(os.path.join(folder, stale)):
            os.remove(os.path.join(folder, stale))
    with open(marker, "w") as file:
        json.dump(state, file)


def reference_outputs(case, info, count):
    """What is expected, by Weir's reference interpreter, for the first `count` examples.
    For when PyTorch isn't there."""
    folder = folder_of(case)
    record = os.path.join(folder, "expected.json")
    if os.path.exists(record):
        with open(record) as file:
            if json.load(file)["count"] >= count:
                return
    arguments = [info["model"], "--engine", "reference", "--weights",
                 os.path.join(folder, "weights.safetensors")]
    for binding in case.sets:
        arguments += ["--set", binding]
    for entry in info["inputs"]:
        path = os.path.join(folder, entry["name"] + ".npy")
        cut = os.path.join(folder, entry["name"] + ".first.npy")
        arrays.write_npy(cut, arrays.first(arrays.read_npy(path), count))
        arguments += ["--input", f"{entry['name']}={cut}"]
    for entry in info["outputs"]:
        path = os.path.join(folder, f"expected_{entry['name']}.npy")
        arguments += ["--output", f"{entry['name']}={path}"]
    weir("run", *arguments)
    with open(record, "w") as file:
        json.dump({"count": count, "by": "Weir's reference interpreter"}, file)
