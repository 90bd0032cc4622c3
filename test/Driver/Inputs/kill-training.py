"""Kills a training at random moments; each time what it wrote is whole, and in the end the
same bits come out as without any kill.

usage: kill-training.py FOLDER KILLS COMMAND...   (COMMAND gets -o FILE [--resume])
"""

import os
import random
import subprocess
import sys
import time

folder, kills, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
random.seed(7)


def names(stem):
    return [f"{folder}/{stem}.safetensors", f"{folder}/{stem}.last.safetensors"]


def run(stem, resume):
    line = command + ["-o", names(stem)[0]] + (["--resume"] if resume else [])
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def contents(stem):
    return [open(name, "rb").read() for name in names(stem)]


start = time.monotonic()
whole = run("whole", False)
errors = whole.communicate()[1]
assert whole.returncode == 0, errors
length = time.monotonic() - start
expected = contents("whole")

killed = finished = 0
while killed < kills:
    process = run("killed", os.path.exists(names("killed")[1]))
    try:
        process.communicate(timeout=random.uniform(0.1, 1.0) * length)
        finished += 1
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        killed += 1
    if process.returncode == 0:
        assert contents("killed") == expected, "the resumed training differs"
        for name in names("killed"):
            os.remove(name)
    else:
        assert process.returncode == -9, process.returncode
    for name in names("killed"):
        if os.path.exists(name):
            subprocess.run(["weir", "eval", name, "--data", command[command.index("--data") + 1]],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
last = run("killed", os.path.exists(names("killed")[1]))
errors = last.communicate()[1]
assert last.returncode == 0, errors
assert contents("killed") == expected, "the resumed training differs"
print(f"{killed} kills, {finished} runs between them that finished, the same bits")
