"""A worker seen from outside: a process that can be given orders, and that may die."""

import json
import os
import select
import subprocess
import sys
import time

import cases
import environment


class Died(RuntimeError):
    pass


class Worker:
    """One peer. `error` says why it can't be used, if it can't."""

    def __init__(self, peer, threads, clock="", script="worker.py"):
        self.peer, self.threads, self.clock, self.script = peer, threads, clock, script
        self.process, self.error, self.version, self.how = None, None, peer, ""
        self._start()

    def _start(self):
        here = os.path.dirname(os.path.abspath(__file__))
        python = sys.executable if self.peer == "weir" else environment.PYTHON
        allowed = environment.allowed(self.threads)
        count = str(self.threads)
        variables = dict(os.environ, WEIR_CLOCK=self.clock, OMP_NUM_THREADS=count,
                         MKL_NUM_THREADS=count, OPENBLAS_NUM_THREADS=count,
                         TF_CPP_MIN_LOG_LEVEL="3", JAX_PLATFORMS="cpu", CUDA_VISIBLE_DEVICES="")
        # Each library chooses its kernels by the processor, whatever the surroundings say.
        for forced in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
            variables.pop(forced, None)
        os.makedirs(cases.WORK, exist_ok=True)
        self.log = os.path.join(cases.WORK, f"{self.peer}.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [python, os.path.join(here, self.script), self.peer, count], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, env=variables, bufsize=0,
                preexec_fn=lambda: os.sched_setaffinity(0, allowed))
        self.rest = b""
        try:
            first = self._answer(180)
        except Died as error:
            self.error = str(error)
            return
        self.error = first.get("error")
        self.version, self.how = first.get("version", self.peer), first.get("how", "")

    def _answer(self, limit):
        end = time.monotonic() + limit
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(0, end - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 1 << 20) if ready else b""
            if not data:
                self.process.kill()
                self.process.wait()
                raise Died("no answer in time" if not ready else
                           f"the process ended with {self.process.returncode}, see {self.log}")
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def order(self, limit=600, **order):
        """The answer; raises Died if there is none. A process that died is started anew
        for the next order."""
        if self.process.poll() is not None:
            self._start()
            if self.error:
                raise Died(self.error)
        try:
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
        except BrokenPipeError as error:
            raise Died("the process has ended") from error
        return self._answer(limit)

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def time_round(samples, seconds, left_out, pause=0.0):
    """Times each worker of `samples` in turn and adds its times. Who fails moves to
    `left_out`, with why."""
    for worker in list(samples):
        time.sleep(pause)
        try:
            answer = worker.order(do="time", seconds=seconds)
        except Died as error:
            answer = {"error": str(error)}
        if "error" in answer:
            left_out[worker.peer] = answer["error"]
            del samples[worker]
        else:
            samples[worker] += answer["times"]
