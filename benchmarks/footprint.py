"""Sizes and compile times: what a model costs before its first call.

Compile times are of `weir compile`'s stages, as `weir bench` prints them, from source to
runnable, nothing kept from before. Object sizes are without weights. Peak memory is that
of a process that loads the model and calls it once, Python included where a peer is
called from Python.
"""

import json
import os
import statistics
import subprocess
import tempfile

import cases
import catalog
import report
from process import Died, Worker

COMPILED = ("collab_dot", "collab_nn", "tabular_adult", "next_word", "recommender",
            "fashion_stride2", "fashion_pool", "lenet", "layers1024", "mobilenet", "resnet18")
MEMORY = "resnet18"


def _options(case):
    return [word for binding in case.sets for word in ("--set", binding)]


def compile_seconds(case, rounds=3):
    path = os.path.join(cases.ROOT, case.model)
    return statistics.median(
        json.loads(cases.weir("bench", path, *_options(case), "--runs", "1", "--json"))
        ["compile_seconds"] for _ in range(rounds))


def object_bytes(case):
    """(all of the object file, its machine code)."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.o")
        cases.weir("compile", os.path.join(cases.ROOT, case.model), *_options(case), "--emit=obj",
                   "-o", path)
        whole = os.path.getsize(path)
        sizes = subprocess.run(["size", path], stdout=subprocess.PIPE, text=True)
        code = int(sizes.stdout.splitlines()[1].split()[0]) if sizes.returncode == 0 else None
    return whole, code


def peak_memory(peer, clock):
    """(bytes before the model, bytes at most), or why not."""
    worker = Worker(peer, 1, clock)
    if worker.error:
        return worker.error
    try:
        before = worker.order(do="memory")["peak"]
        case = catalog.select([MEMORY])[0]
        loaded = worker.order(do="load", folder=cases.folder_of(case), batch=1, check=False)
        if "error" in loaded:
            return loaded["error"]
        return before, worker.order(do="memory")["peak"]
    except Died as error:
        return str(error)
    finally:
        worker.close()


def tables(peers, clock):
    kib = lambda size: f"{size / 1024:,.0f}" if size is not None else ""
    lines = []
    for case in catalog.select(COMPILED):
        whole, code = object_bytes(case)
        lines.append([case.name, f"{1000 * compile_seconds(case):.0f}", kib(whole), kib(code)])
    text = report.table(["model", "compile time, ms", "object, KiB", "its code and constants, KiB"],
                        lines) + "\n\n"
    lines = []
    for peer in ["weir"] + [peer for peer in peers if peer not in ("openblas", "onednn")]:
        found = peak_memory(peer, clock)
        lines.append([report.NAMES[peer]] + ([found, ""] if isinstance(found, str) else
                                             [f"{size / 2**20:,.0f}" for size in found]))
    return (text + f"Peak memory of a process that calls {MEMORY} once, batch 1:\n\n"
            + report.table(["program", "before the model is loaded, MiB", "at most, MiB"], lines))
