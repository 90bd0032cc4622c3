"""The virtual environment of the peers, the library of the clock, and the machine."""

import datetime
import hashlib
import os
import platform
import shutil
import subprocess
import sys

import cases

VENV = os.path.join(cases.WORK, "venv")
PYTHON = os.path.join(VENV, "bin", "python")

# In this order; what can't be installed is left out. PyTorch's own index has a build
# for CPUs, which is ten times smaller; the one on PyPI computes the same.
PACKAGES = (
    ("numpy", ["numpy"]),
    ("torch", ["torch", "--index-url", "https://download.pytorch.org/whl/cpu"]),
    ("torch", ["torch"]),
    ("onnx", ["onnx", "onnxscript"]),
    ("onnxruntime", ["onnxruntime"]),
    ("openvino", ["openvino"]),
    ("jax", ["jax"]),
)


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def have(module):
    if not os.path.exists(PYTHON):
        return False
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([PYTHON, "-c", code]).returncode == 0


def make():
    """Makes the environment and installs what is missing. Returns what stayed missing."""
    if not os.path.exists(PYTHON):
        say(f"making a virtual environment in {VENV}")
        os.makedirs(cases.WORK, exist_ok=True)
        done = subprocess.run([sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            say("it can't be made: " + done.stdout.strip().splitlines()[0])
            return {module for module, _ in PACKAGES}
    for module, arguments in PACKAGES:
        if have(module):
            continue
        say("pip install " + " ".join(arguments))
        done = subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--retries", "1",
                               "--disable-pip-version-check", *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            say(f"{module} can't be installed: {done.stdout.strip().splitlines()[-1][:200]}")
    return {module for module, _ in PACKAGES if not have(module)}


def build_clock():
    """Compiles clock.cpp with Weir's thread pool; the path of the library."""
    here = os.path.dirname(os.path.abspath(__file__))
    sources = [os.path.join(here, "clock.cpp"),
               os.path.join(cases.ROOT, "lib", "Runtime", "ThreadPool.cpp")]
    library = os.path.join(cases.WORK, "clock.so")
    newest = max(os.path.getmtime(path) for path in sources)
    if os.path.exists(library) and os.path.getmtime(library) > newest:
        return library
    compiler = next((path for path in map(shutil.which, ("c++", "g++", "clang++", "clang++-22"))
                     if path), None)
    if not compiler:
        raise SystemExit("benchmarks: a C++ compiler is needed (c++, g++, clang++)")
    part = f"{library}.{os.getpid()}"
    subprocess.run([compiler, "-std=c++20", "-O2", "-shared", "-fPIC", "-pthread",
                    "-DFMT_HEADER_ONLY", "-I", os.path.join(cases.ROOT, "include"), *sources,
                    "-o", part], check=True)
    os.replace(part, library)
    return library


def processors():
    return sorted(os.sched_getaffinity(0))


def allowed(threads):
    """The processors of a process. One thread gets one: so nobody quietly uses another."""
    have = processors()
    return have[-1:] if threads == 1 else have[:threads]


def machine():
    """The processor, as a sentence."""
    name = platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        name = fields.get("model name", name)
        flags = fields.get("flags", "").split()
        widest = next((flag for flag in ("avx512f", "avx2", "avx") if flag in flags), "no AVX")
        name += f" (family {fields.get('cpu family')}, model {fields.get('model')}, {widest})"
    except OSError:
        pass
    return f"{name}, {len(processors())} processors, {platform.system()}"


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def find_program():
    if not os.path.exists(cases.WEIR):
        raise SystemExit(f"benchmarks: {cases.WEIR} isn't built; ./dev bench builds it")


def keep_program():
    """Times a copy of `weir`, which a build can't change while the run goes on."""
    find_program()
    os.makedirs(cases.WORK, exist_ok=True)
    copy = os.path.join(cases.WORK, "weir")
    if os.path.abspath(cases.WEIR) != copy:
        part = f"{copy}.{os.getpid()}"
        shutil.copy2(cases.WEIR, part)
        os.replace(part, copy)
    cases.WEIR = copy


def revision():
    """What was timed: the commit, and the program itself."""
    done = subprocess.run(["git", "-C", cases.ROOT, "rev-parse", "--short", "HEAD"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    digest = hashlib.sha256()
    with open(cases.WEIR, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return {"commit": done.stdout.strip() or "unknown", "program": digest.hexdigest()[:16]}
