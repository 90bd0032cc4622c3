"""One peer in a process of its own: orders on standard input, answers on standard output.

usage: worker.py PEER THREADS

Orders and answers are lines of JSON:
  {"do": "load", "folder": ..., "batch": 8}   -> {"seconds": ..., "difference": ...}
  {"do": "time", "seconds": 0.2}              -> {"times": [...]}
  {"do": "memory"}                            -> {"peak": bytes}
"difference" is arrays.difference from the expected outputs. An order that can't be
followed is answered by {"error": ...}.
"""

import gc
import importlib
import json
import os
import sys
import time

import arrays


def check(peer, folder, info, batch):
    with open(os.path.join(folder, "expected.json")) as file:
        count = min(batch, json.load(file)["count"])
    worst = 0.0
    for entry, data in zip(info["outputs"], peer.outputs()):
        expected = arrays.first(arrays.read_npy(
            os.path.join(folder, f"expected_{entry['name']}.npy")), count)
        got = arrays.Array("f4", expected.shape, data[:len(expected.data)])
        worst = max(worst, arrays.difference(arrays.floats(got), arrays.floats(expected)))
    return worst


def peak_memory():
    """Bytes that the process had in memory at most."""
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def follow(peer, order):
    if order["do"] == "time":
        return {"times": peer.time(order["seconds"])}
    if order["do"] == "memory":
        return {"peak": peak_memory()}
    gc.collect()
    with open(os.path.join(order["folder"], "case.json")) as file:
        info = json.load(file)
    start = time.perf_counter()
    peer.load(order["folder"], info, order["batch"])
    seconds = time.perf_counter() - start
    if not order.get("check", True):
        peer.outputs()
        return {"seconds": seconds}
    return {"seconds": seconds, "difference": check(peer, order["folder"], info, order["batch"])}


def serve(start, answer_to):
    """Follows orders until there are no more. `start` gives the peer and how it is called;
    `answer_to(peer, order)` gives the answer."""
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        peer, how = start()
    except Exception as error:  # whatever a library does at its import
        answer({"error": f"{type(error).__name__}: {error}"})
        return
    answer({"version": peer.version, "how": how})
    for line in sys.stdin:
        try:
            answer(answer_to(peer, json.loads(line)))
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {str(error)[:300]}"})


def start():
    module = importlib.import_module("peers." + sys.argv[1])
    return module.Peer(int(sys.argv[2])), module.HOW


if __name__ == "__main__":
    serve(start, follow)
