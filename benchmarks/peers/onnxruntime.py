"""ONNX Runtime through its C interface: a session with bound inputs and outputs."""

import ctypes
import glob
import os

import arrays

from . import native

HOW = "C interface, RunWithBinding on preset tensors, batch size fixed, timed inside C"

# Places in the table of functions. Functions are only ever added at its end.
_CREATE_ENV, _CREATE_SESSION, _CREATE_OPTIONS = 3, 7, 10
_ERROR_MESSAGE, _INTRA_THREADS, _INTER_THREADS = 2, 24, 25
_TENSOR_WITH_DATA, _CPU_MEMORY, _FREE_DIMENSION = 49, 69, 124
_RUN_WITH_BINDING, _CREATE_BINDING, _BIND_INPUT, _BIND_OUTPUT = 133, 134, 136, 137
_TYPES = {"f4": 1, "i8": 7}


class Peer:
    def __init__(self, threads):
        import onnxruntime
        self.version = f"ONNX Runtime {onnxruntime.__version__}"
        folder = os.path.join(os.path.dirname(onnxruntime.__file__), "capi")
        self.library = ctypes.CDLL(glob.glob(os.path.join(folder, "libonnxruntime.so.*"))[0])
        self.library.OrtGetApiBase.restype = native.POINTER
        base = ctypes.cast(self.library.OrtGetApiBase(), ctypes.POINTER(native.POINTER))
        get = ctypes.CFUNCTYPE(native.POINTER, ctypes.c_uint32)(base[0])
        self.table = ctypes.cast(get(5), ctypes.POINTER(native.POINTER))
        self.threads = threads
        self.env = native.POINTER()
        self.call(_CREATE_ENV, ctypes.c_int(3), b"bench", ctypes.byref(self.env))

    def call(self, index, *arguments):
        status = ctypes.CFUNCTYPE(native.POINTER)(self.table[index])(*arguments)
        if status:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, native.POINTER)(self.table[_ERROR_MESSAGE])
            raise RuntimeError(message(status).decode())

    def make(self, index, *arguments):
        """Calls a function whose last argument is where the object goes."""
        result = native.POINTER()
        self.call(index, *arguments, ctypes.byref(result))
        return result

    def load(self, folder, info, batch):
        options = self.make(_CREATE_OPTIONS)
        self.call(_INTRA_THREADS, options, ctypes.c_int(self.threads))
        self.call(_INTER_THREADS, options, ctypes.c_int(1))
        self.call(_FREE_DIMENSION, options, b"batch", ctypes.c_int64(batch))
        self.session = self.make(_CREATE_SESSION, self.env,
                                 os.path.join(folder, "model.onnx").encode(), options)
        memory = self.make(_CPU_MEMORY, ctypes.c_int(1), ctypes.c_int(0))
        self.binding = self.make(_CREATE_BINDING, self.session)
        self.inputs = []
        for entry in info["inputs"]:
            path = os.path.join(folder, entry["name"] + ".npy")
            value = arrays.first(arrays.read_npy(path), batch)
            self.inputs.append(native.copied(value.data))
            self._bind(_BIND_INPUT, memory, entry, value.dtype, value.shape, self.inputs[-1][1])
        self.results = []
        for entry in info["outputs"]:
            shape = (batch,) + tuple(entry["shape"])
            size = 4 * arrays.count(shape)
            out = native.aligned(size)
            self.results.append((out, size))
            self._bind(_BIND_OUTPUT, memory, entry, "f4", shape, out[1])

    def _bind(self, index, memory, entry, dtype, shape, data):
        sizes = (ctypes.c_int64 * len(shape))(*shape)
        value = self.make(_TENSOR_WITH_DATA, memory, native.POINTER(data),
                          ctypes.c_size_t(arrays.SIZES[dtype] * arrays.count(shape)), sizes,
                          ctypes.c_size_t(len(shape)), ctypes.c_int(_TYPES[dtype]))
        self.call(index, self.binding, entry["name"].encode(), value)

    def outputs(self):
        self.call(_RUN_WITH_BINDING, self.session, None, self.binding)
        return [ctypes.string_at(out[1], size) for out, size in self.results]

    def time(self, seconds):
        return native.time_calls(self.table[_RUN_WITH_BINDING],
                                 [self.session.value, None, self.binding.value], seconds)
