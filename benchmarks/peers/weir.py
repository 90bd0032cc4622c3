"""Weir: the library that `weir compile` made, called through its C interface."""

import ctypes
import os

import arrays
import cases

from . import native

HOW = "the library of `weir compile`, frame filled once, timed inside C"


class Frame(ctypes.Structure):
    """weir_frame of weir_runtime.h."""
    _fields_ = [("batch", ctypes.c_int64), ("inputs", native.POINTER), ("outputs", native.POINTER),
                ("prepared", native.POINTER), ("arena", native.POINTER),
                ("parallel_for", native.POINTER), ("pool", native.POINTER),
                ("error", ctypes.c_int64 * 3)]


class Peer:
    def __init__(self, threads):
        self.version = "Weir"
        self.pool = native.clock().weir_clock_pool(threads) if threads > 1 else None
        self.loaded = {}

    def _library(self, folder, info, batch):
        # A path can be opened once: a library compiled anew gets a name of its own.
        path = cases.library_of(folder, batch)
        key = (path, os.stat(path).st_mtime_ns)
        if key not in self.loaded:
            link = f"{path}.{os.getpid()}.{len(self.loaded)}"
            os.link(path, link)
            library = ctypes.CDLL(link)
            os.remove(link)
            for name in ("arena_size", "prepared_size"):
                getattr(library, f"{info['prefix']}_{name}").restype = ctypes.c_int64
                getattr(library, f"{info['prefix']}_{name}").argtypes = [ctypes.c_int64]
            self.loaded[key] = (library, self._pack(library, folder, info))
        return self.loaded[key]

    def _pack(self, library, folder, info):
        function = lambda name: getattr(library, f"{info['prefix']}_{name}")
        weights = arrays.read_safetensors(os.path.join(folder, "weights.safetensors"))
        parameters = [native.shared(weights[entry["name"]].data) for entry in info["parameters"]]
        prepared = native.aligned(max(function("prepared_size")(0), 1))
        arena = native.aligned(max(function("arena_size")(0), 1))
        pointers = (native.POINTER * max(len(parameters), 1))(*parameters)
        outputs = (native.POINTER * 1)(prepared[1])
        frame = Frame(0, ctypes.addressof(pointers), ctypes.addressof(outputs), None, arena[1])
        if function("prepare")(ctypes.byref(frame)) != 0:
            raise RuntimeError("prepare refuses the parameters")
        return prepared

    def load(self, folder, info, batch):
        library, prepared = self._library(folder, info, batch)
        function = lambda name: getattr(library, f"{info['prefix']}_{name}")
        self.inputs = [native.copied(arrays.first(arrays.read_npy(
            os.path.join(folder, entry["name"] + ".npy")), batch).data) for entry in info["inputs"]]
        self.results = [(4 * batch * arrays.count(entry["shape"])) for entry in info["outputs"]]
        self.outs = [native.aligned(size) for size in self.results]
        self.arena = native.aligned(max(function("arena_size")(batch), 1))
        self.pointers = ((native.POINTER * len(self.inputs))(*[p[1] for p in self.inputs]),
                         (native.POINTER * len(self.outs))(*[p[1] for p in self.outs]))
        self.frame = Frame(batch, *[ctypes.addressof(p) for p in self.pointers], prepared[1],
                           self.arena[1])
        if self.pool:
            self.frame.parallel_for = native.address(native.clock().weir_clock_parallel_for)
            self.frame.pool = self.pool
        self.run = function("run")

    def outputs(self):
        if self.run(ctypes.byref(self.frame)) != 0:
            raise RuntimeError("the call is refused")
        return [ctypes.string_at(out[1], size) for out, size in zip(self.outs, self.results)]

    def time(self, seconds):
        return native.time_calls(self.run, [ctypes.addressof(self.frame)], seconds)
