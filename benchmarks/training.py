#!/usr/bin/env python3
"""Times steps of training, side by side with PyTorch's.

A step is forward, loss, backward and AdamW under a one-cycle schedule, with the
optimizer's dense meaning for every table. Both start from the same weights and take the
same batches in turn; the losses of the first steps are compared before anything is timed
(without dropout, whose random masks differ). Rounds are interleaved. A row that is done
is kept, as in inference.py.
"""

import argparse
import array
import json
import os
import random
import re
import statistics
import subprocess
import sys
from collections import namedtuple

import arrays
import cases
import catalog
import environment
import report
from process import Died, Worker, time_round
from results import Results

# `targets` are what the training block adds to the inputs.
Training = namedtuple("Training", "name target loss lr weight_decay classes")

TRAININGS = [
    Training("collab_nn", "stars", "mse", 5e-3, 0.1, None),
    Training("collab_dot", "stars", "mse", 5e-3, 0.1, None),
    Training("tabular_adult", "earns_more", "cross_entropy", 5e-3, 0.01, 2),
    Training("fashion_stride2", "label", "cross_entropy", 6e-3, 0.0, 10),
    Training("fashion_pool", "label", "cross_entropy", 6e-3, 0.0, 10),
]
VARIANTS = {"default": "PyTorch", "fused": "PyTorch, fused AdamW",
            "compiled": "torch.compile, fused AdamW"}
BATCHES = (64, 256)
FIRST_LOSSES = 5
EXAMPLES = 64 * 256  # the batches are cut from as many


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench training", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        choices=[t.name for t in TRAININGS], help="may be repeated")
    parser.add_argument("--batches", default="64,256", metavar="LIST", help="64,256 if absent")
    parser.add_argument("--variants", default=",".join(VARIANTS), metavar="LIST",
                        help="of PyTorch: " + ",".join(VARIANTS))
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="1 if absent")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5 if absent")
    parser.add_argument("--seconds", type=int, default=1, metavar="S",
                        help="how long a program is timed in a round; 1 if absent")
    parser.add_argument("--fresh", action="store_true", help="forget the rows that are done")
    parser.add_argument("--write", metavar="FILE", help="write the table there too; "
                        "docs/performance.md if nothing is left out")
    return parser.parse_args()


def skewed_ids(shape, ids, source):
    """Ids of a large table as users and films come up: the logarithm of 1 + id is uniform."""
    if ids <= 100:
        return arrays.random_ids(shape, ids, source)
    draw = source.random
    return arrays.Array("i8", tuple(shape), array.array("q", [
        min(int(ids ** draw()) - 1, ids - 1) for _ in range(arrays.count(shape))]).tobytes())


def initial(name, shape, source):
    """Weights as at the start of a training."""
    if name.endswith(".running_var") or (len(shape) == 1 and name.endswith(".weight")):
        return arrays.random_floats(shape, 1.0, 1.0, source)
    return arrays.random_parameter(name, shape, source)


def prepare(training):
    """The folder of a training: weights, batches, and the model with and without dropout."""
    case = catalog.select([training.name])[0]
    info = cases.compile_case(case)
    folder = os.path.join(cases.WORK, "trainings", training.name)
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, name)
    with open(info["model"]) as file:
        text = file.read()
    certain = re.sub(r"(dropout\((?:\w+, )?)[0-9.]+\)", r"\g<1>0.0)", text)
    for name, model in (("model.weir", text), ("certain.weir", certain)):
        with open(at(name), "w") as file:
            file.write(model)
    if not os.path.exists(at("training.json")):
        source = random.Random(training.name)
        arrays.write_safetensors(at("weights.safetensors"), {
            entry["name"]: initial(entry["name"], entry["shape"], source)
            for entry in info["parameters"]})
        for entry in info["inputs"]:
            shape = (EXAMPLES,) + tuple(entry["shape"])
            value = (skewed_ids(shape, entry["ids"], source) if "ids" in entry
                     else arrays.random_floats(shape, -1.7, 1.7, source))
            arrays.write_npy(at(entry["name"] + ".npy"), value)
        target = (arrays.random_ids((EXAMPLES,), training.classes, source) if training.classes
                  else arrays.random_floats((EXAMPLES,), 0.5, 5.0, source))
        arrays.write_npy(at(training.target + ".npy"), target)
        with open(at("training.json"), "w") as file:
            json.dump({"definition": info["definition"], "loss": training.loss, "lr": training.lr,
                       "weight_decay": training.weight_decay,
                       "data": [entry["name"] for entry in info["inputs"]] + [training.target],
                       "sets": case.sets}, file)
    return folder


def run_weir(folder, model, batch, threads, *more):
    with open(os.path.join(folder, "training.json")) as file:
        info = json.load(file)
    command = [cases.WEIR, "bench", os.path.join(folder, model), "--train", "--json", "--batch",
               str(batch), "--threads", str(threads), "--weights",
               os.path.join(folder, "weights.safetensors"), *more]
    for binding in info["sets"]:
        command += ["--set", binding]
    for name in info["data"]:
        command += ["--input", f"{name}={os.path.join(folder, name + '.npy')}"]
    allowed = environment.allowed(threads)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, allowed))
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def disagreement(got, expected):
    return max(abs(a - b) / max(abs(b), 1e-6) for a, b in zip(got, expected, strict=True))


def time_row(training, batch, workers, options):
    folder = prepare(training)
    row = {"case": training.name, "threads": options.threads, "batch": batch,
           "left_out": {}, "times": {}, "load": os.getloadavg()[0], "date": environment.today()}
    try:
        own = run_weir(folder, "certain.weir", batch, options.threads, "--runs", "1")
    except RuntimeError as error:
        row["left_out"]["weir"] = str(error).splitlines()[0]
        return row
    row["losses"], samples = own["losses"], {}
    for worker in workers:
        try:
            answer = worker.order(do="load", folder=folder, batch=batch, steps=FIRST_LOSSES)
        except Died as error:
            answer = {"error": str(error)}
        if "error" in answer:
            row["left_out"][worker.peer] = answer["error"]
            continue
        difference = disagreement(own["losses"], answer["losses"])
        row["difference"] = max(difference, row.get("difference", 0.0))
        if difference > 1e-3:
            row["left_out"][worker.peer] = (f"its first losses are {answer['losses']}, Weir's "
                                            f"{own['losses']}")
        else:
            samples[worker] = []
    mine = []
    for _ in range(options.rounds):
        mine.append(run_weir(folder, "model.weir", batch, options.threads, "--seconds",
                             str(options.seconds)))
        time_round(samples, options.seconds, row["left_out"])
    # Weir gives the quantiles of each round; the median round stands for all.
    catching_up = [round["catch_up"] / round["steps_caught_up"] for round in mine]
    whole = [round["median"] + share for round, share in zip(mine, catching_up)]
    row["times"]["weir"] = {"median": statistics.median(whole), "low": min(whole),
                            "high": max(whole)}
    row["catch_up"] = statistics.median(catching_up) / statistics.median(whole)
    row["compile_seconds"] = statistics.median(round["compile_seconds"] for round in mine)
    for worker, times in samples.items():
        times.sort()
        row["times"][worker.peer] = {"median": statistics.median(times),
                                     "low": times[len(times) // 10],
                                     "high": times[len(times) * 9 // 10]}
    return row


def tables(rows, versions, absent, options):
    used = [name for name in VARIANTS if any(name in row["times"] for row in rows)]
    text = (f"Machine: {environment.machine()}. Date: {report.dates(rows)}. Commit: "
            f"{environment.revision()['commit']}. {', '.join(sorted(set(versions.values())))}. "
            f"{options.threads} thread{'s' * (options.threads > 1)}, {options.rounds} interleaved "
            f"rounds of {options.seconds} s. Steps per second, from the median step; the spread is "
            "half the distance between the 10th and the 90th percentile of all steps, for Weir "
            "between the least and the largest median of a round.\n\n")
    text += report.load_note(max(row["load"] for row in rows))
    columns = (["training", "batch", "Weir"] + [VARIANTS[name] for name in used]
               + (["ahead of PyTorch", "of the fastest"] if used else [])
               + ["first losses agree to", "of Weir's step: catching up"])

    def cell(times):
        spread = (times["high"] - times["low"]) / 2 / times["median"]
        rate = 1 / times["median"]
        return (f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}") + f" ±{100 * spread:.0f}%"

    lines = []
    for row in rows:
        times = row["times"]
        cells = [row["case"], str(row["batch"]), cell(times["weir"]) if "weir" in times else ""]
        cells += [cell(times[name]) if name in times else "" for name in used]
        if used:
            peers = [times[name]["median"] for name in used if name in times]
            own = times.get("weir", {}).get("median")
            cells.append(f"{times['default']['median'] / own:.1f}x" if own and "default" in times
                         else "")
            cells.append(f"{min(peers) / own:.1f}x" if own and peers else "")
        cells.append(f"{row['difference']:.0e}" if "difference" in row else "")
        cells.append(f"{100 * row['catch_up']:.0f}%" if "catch_up" in row else "")
        lines.append(cells)
    text += report.table(columns, lines)
    text += ("\n\nRows that a batch doesn't read are updated later, to the same bits (see "
             "training.md). Weir's step is the median step plus its share of catching up with all "
             "rows at the end, which a training does once per evaluation or save, and every 4,096 "
             "steps: its time at the end, divided by the steps since it was last done.\n")
    notes = [f"- {VARIANTS[name]} is left out: {why}" for name, why in absent.items()]
    notes += [f"- {VARIANTS.get(name, 'Weir')} is left out of {row['case']}, batch {row['batch']}: "
              f"{why}" for row in rows for name, why in row["left_out"].items()]
    return text + ("\n" + "\n".join(notes) + "\n" if notes else "")


def main():
    options = arguments()
    variants = [name for name in options.variants.split(",") if name]
    for name in variants:
        if name not in VARIANTS:
            raise SystemExit(f"benchmarks: there is no variant '{name}'; there are "
                             + ", ".join(VARIANTS))
    environment.keep_program()
    absent, versions, workers = {}, {}, []
    if variants and "torch" in environment.make():
        absent = {name: "torch couldn't be installed" for name in variants}
        variants = []
    for name in variants:
        worker = Worker(name, options.threads, script="training_worker.py")
        if worker.error:
            absent[name] = worker.error
        else:
            workers.append(worker)
            versions[name] = worker.version
    about = {"program": environment.revision()["program"], "machine": environment.machine(),
             "rounds": options.rounds, "seconds": options.seconds, "versions": versions}
    results = Results(os.path.join(cases.WORK, "trainings.jsonl"), about, options.fresh)
    rows = []
    for training in TRAININGS:
        if options.only and training.name not in options.only:
            continue
        for batch in map(int, options.batches.split(",")):
            row = results.rows.get((training.name, options.threads, batch))
            if not row:
                row = time_row(training, batch, workers, options)
                results.add(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
            rows.append(row)
    for worker in workers:
        worker.close()
    text = tables(rows, versions, absent, options)
    print(text)
    everything = (not options.only and options.batches == "64,256" and options.threads == 1
                  and options.variants == ",".join(VARIANTS))
    target = options.write or (os.path.join(cases.ROOT, "docs", "performance.md")
                               if everything else None)
    if target:
        report.write(target, "training", text)
    return 1 if any("weir" not in row["times"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
