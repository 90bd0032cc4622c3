#!/usr/bin/env python3
"""Times compiled models, side by side with what a user would take instead.

Every program gets the same weights and inputs, and its outputs are compared before it
is timed. Rounds are interleaved: in each one all programs are timed for a moment, one
after the other. A row that is done is kept; a run that was cut short goes on where it
stopped, as long as it is the same program.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

import cases
import catalog
import environment
import footprint
import report
from process import Died, Worker, time_round
from results import Results

PEERS = ("onnxruntime", "openvino", "xla", "pytorch", "compiled", "openblas", "onednn")
# What a peer is made of.
NEEDS = {"onnxruntime": ("torch", "onnxruntime"), "openvino": ("torch", "openvino"),
         "xla": ("torch", "jax", "onnx"), "pytorch": ("torch",), "compiled": ("torch",),
         "openblas": ("numpy",), "onednn": ("torch",)}
ONLY_PRODUCTS = ("openblas", "onednn")

# Above this a program computes something else: see arrays.difference.
ALLOWED = 1.0


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a case or a group (models, products, convolutions); may be repeated")
    parser.add_argument("--peers", metavar="LIST", help="a comma-separated part of "
                        + ",".join(PEERS) + "; or none")
    parser.add_argument("--batches", metavar="LIST", help="a part of 1,8,64,256")
    parser.add_argument("--threads", default="1,2", metavar="LIST", help="1,2 if absent")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="5 if absent")
    parser.add_argument("--seconds", type=float, default=0.2, metavar="S",
                        help="how long a program is timed in a round; 0.2 if absent")
    parser.add_argument("--quick", action="store_true", help="a few cases, one thread, in less "
                        "than two minutes, with the peers that are already installed")
    parser.add_argument("--fresh", action="store_true", help="forget the rows that are done")
    parser.add_argument("--write", metavar="FILE", help="write the tables there too; "
                        "docs/performance.md if nothing is left out")
    return parser.parse_args()


def numbers(text):
    return [int(word) for word in text.split(",")]


def choose_peers(options, missing):
    """The peers to run, and why others aren't run."""
    if options.peers == "none":
        return [], {}
    wanted = options.peers.split(",") if options.peers else list(PEERS)
    if options.quick and not options.peers:
        wanted.remove("compiled")
    for peer in wanted:
        if peer not in PEERS:
            raise SystemExit(f"benchmarks: there is no peer '{peer}'; there are "
                             + ", ".join(PEERS))
    absent = {peer: f"{', '.join(m for m in NEEDS[peer] if m in missing)} couldn't be installed"
              for peer in wanted if any(module in missing for module in NEEDS[peer])}
    return [peer for peer in wanted if peer not in absent], absent


def plan(options):
    """(case, batches) to be timed."""
    chosen = catalog.select(options.only)
    if options.quick:
        chosen = [case for case in chosen if case.name in catalog.QUICK]
    result = []
    for case in chosen:
        batches = catalog.QUICK[case.name] if options.quick else case.batches
        if options.batches and case.group != "products":
            batches = [batch for batch in batches if batch in numbers(options.batches)]
        if batches:
            result.append((case, batches))
    return result


def prepare(chosen, peers):
    """Compiles all cases and makes their data; with PyTorch where there are peers."""
    todo = []
    for case, batches in chosen:
        info = cases.compile_case(case, batches)
        cases.make_data(case, info, batches)
        folder = cases.folder_of(case)
        if not peers:
            cases.reference_outputs(case, info, min(max(batches), 8))
        elif not os.path.exists(os.path.join(folder, "model.onnx")):
            todo.append(folder)
    if todo and environment.have("torch"):
        environment.say(f"exporting {len(todo)} models from PyTorch")
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(cases.WORK, "prepare.log"), "ab") as log:
            if subprocess.run([environment.PYTHON, os.path.join(here, "prepare.py"), *todo],
                              stdout=log, stderr=log).returncode:
                raise SystemExit(f"benchmarks: the export failed, see {log.name}")
    elif todo:
        for case, batches in chosen:
            with open(os.path.join(cases.folder_of(case), "case.json")) as file:
                cases.reference_outputs(case, json.load(file), min(max(batches), 8))


def time_row(workers, case, batch, options):
    """One case at one batch: all programs loaded and compared, then timed in turn."""
    samples, row = {}, {"differences": {}, "load_seconds": {}, "left_out": {}}
    for worker in workers:
        if worker.peer in ONLY_PRODUCTS and case.group != "products":
            continue
        try:
            loaded = worker.order(do="load", folder=cases.folder_of(case), batch=batch)
        except Died as error:
            loaded = {"error": str(error)}
        if "error" in loaded:
            row["left_out"][worker.peer] = loaded["error"]
        elif not loaded["difference"] <= ALLOWED:
            row["left_out"][worker.peer] = (f"its outputs differ, by {loaded['difference']:.3g} "
                                            "times what is allowed")
        else:
            samples[worker] = []
            row["differences"][worker.peer] = loaded["difference"]
            row["load_seconds"][worker.peer] = loaded["seconds"]
    for _ in range(options.rounds):
        # The pause: the threads of the one before fall asleep.
        time_round(samples, options.seconds, row["left_out"], pause=0.005)
    row["times"] = {}
    for worker, times in samples.items():
        times.sort()
        row["times"][worker.peer] = {
            "median": statistics.median(times), "low": times[len(times) // 10],
            "high": times[len(times) * 9 // 10], "samples": len(times)}
    return row


def measure_peak(threads):
    """The machine's multiply-add peak, by `weir bench`, which measures it."""
    answer = cases.weir("bench", os.path.join(cases.ROOT, "examples", "from_scratch.weir"),
                        "--threads", str(threads), "--runs", "5", "--seconds", "1",
                        "--json")
    return json.loads(answer)["peak_flops_per_second"]


def main():
    options = arguments()
    if options.quick:
        environment.find_program()
    else:
        environment.keep_program()
    missing = set()
    if options.peers != "none":
        needed = {module for modules in NEEDS.values() for module in modules}
        missing = ({module for module in needed if not environment.have(module)} if options.quick
                   else environment.make())
    peers, absent = choose_peers(options, missing)
    for peer, why in absent.items():
        environment.say(f"{peer} is left out: {why}")
    if options.quick:
        options.threads, options.rounds, options.seconds = "1", 3, 0.05
    chosen = plan(options)
    os.makedirs(cases.WORK, exist_ok=True)
    clock = environment.build_clock()
    prepare(chosen, peers)
    revision = environment.revision()
    about = {"program": revision["program"], "machine": environment.machine(), "peers": peers,
             "rounds": options.rounds, "seconds": options.seconds}
    results = Results(os.path.join(cases.WORK, "quick.jsonl" if options.quick else "results.jsonl"),
                      about, options.fresh or options.quick)
    for threads in numbers(options.threads):
        if threads > len(environment.processors()):
            environment.say(f"{threads} threads are left out: there are fewer processors")
            continue
        todo = [(case, batch) for case, batches in chosen for batch in batches
                if (case.name, threads, batch) not in results.rows]
        if not todo:
            continue
        peak = measure_peak(threads)
        workers = []
        for peer in ["weir"] + peers:
            worker = Worker(peer, threads, clock)
            if worker.error:
                environment.say(f"{peer} is left out: {worker.error}")
                absent[peer] = worker.error
            else:
                workers.append(worker)
        for case, batch in todo:
            row = time_row(workers, case, batch, options)
            peak = max(peak, measure_peak(threads)) if case.operations else peak
            row.update(case=case.name, group=case.group, threads=threads, batch=batch,
                       operations=case.operations, peak=peak, date=environment.today(),
                       load=os.getloadavg()[0],
                       versions={w.peer: w.version for w in workers},
                       how={w.peer: w.how for w in workers})
            results.add(row)
            print(report.line(row), file=sys.stderr, flush=True)
        for worker in workers:
            worker.close()
    order = [(case.name, threads, batch) for threads in numbers(options.threads)
             for case, batches in chosen for batch in batches]
    rows = [results.rows[key] for key in order if key in results.rows]
    text = report.inference(rows, absent, dict(about, commit=revision["commit"]))
    sizes = ""
    if not options.quick and any(case.name == footprint.MEMORY for case, _ in chosen):
        environment.say("compile times and sizes")
        sizes = footprint.tables(peers, clock)
    print(text + "\n" + sizes)
    everything = not (options.only or options.peers or options.batches or options.quick
                      or options.threads != "1,2")
    target = options.write or (os.path.join(cases.ROOT, "docs", "performance.md")
                               if everything else None)
    if target:
        report.write(target, "inference", text)
        if sizes:
            report.write(target, "footprint", sizes)
    wrong = [row for row in rows if "weir" not in row["times"]]
    for row in wrong:
        environment.say(f"{row['case']} at batch {row['batch']}: {row['left_out'].get('weir')}")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
