"""OpenVINO through its C interface: an infer request with preset tensors."""

import ctypes
import glob
import os

import arrays

from . import native

HOW = ("C interface, ov_infer_request_infer on preset tensors, batch size fixed, LATENCY hint, "
       "f32, timed inside C")

# ov_element_type_e of newer and of older versions: the right one is known by the bytes
# that a tensor then has.
_TYPES = {"f4": (4, 5), "i8": (10, 11)}
_CREATE = "ov_tensor_create_from_host_ptr"


class Shape(ctypes.Structure):
    _fields_ = [("rank", ctypes.c_int64), ("dims", ctypes.POINTER(ctypes.c_int64))]


class Peer:
    def __init__(self, threads):
        import numpy
        import openvino
        self.numpy, self.openvino = numpy, openvino
        self.version = "OpenVINO " + openvino.__version__.split("-")[0]
        self.core = openvino.Core()
        self.threads = threads
        folder = os.path.join(os.path.dirname(openvino.__file__), "libs")
        self.library = ctypes.CDLL(glob.glob(os.path.join(folder, "libopenvino_c.so*"))[0])

    def load(self, folder, info, batch):
        make = self._make
        core = make("ov_core_create")
        # The model is cut to one batch size by the Python interface, and read back.
        model = self.openvino.Core().read_model(os.path.join(folder, "model.onnx"))
        model.reshape({entry["name"]: (batch,) + tuple(entry["shape"]) for entry in info["inputs"]})
        path = os.path.join(folder, f"openvino.{os.getpid()}.xml")
        self.openvino.save_model(model, path, compress_to_fp16=False)
        model = make("ov_core_read_model", core, path.encode(), None)
        settings = {b"PERFORMANCE_HINT": b"LATENCY", b"INFERENCE_PRECISION_HINT": b"f32",
                    b"INFERENCE_NUM_THREADS": str(self.threads).encode(), b"NUM_STREAMS": b"1",
                    b"ENABLE_CPU_PINNING": b"NO"}
        words = [word for pair in settings.items() for word in pair]
        compiled = make("ov_core_compile_model", core, model, b"CPU", ctypes.c_size_t(len(words)),
                        last=words)
        for name in (path, path[:-4] + ".bin"):
            os.remove(name)
        self.request = make("ov_compiled_model_create_infer_request", compiled)
        self.kept, self.results = [], []
        for entry in info["inputs"]:
            path = os.path.join(folder, entry["name"] + ".npy")
            value = arrays.first(arrays.read_npy(path), batch)
            memory = native.copied(value.data)
            self._set(entry["name"], value.dtype, value.shape, memory)
        for entry in info["outputs"]:
            shape = (batch,) + tuple(entry["shape"])
            out = native.aligned(4 * arrays.count(shape))
            self._set(entry["name"], "f4", shape, out)
            self.results.append((out, 4 * arrays.count(shape)))
        self.infer = self.library.ov_infer_request_infer

    def _check(self, status, what):
        if status != 0:
            raise RuntimeError(f"{what} fails with {status}")

    def _make(self, function, *arguments, last=()):
        result = native.POINTER()
        status = getattr(self.library, function)(*arguments, ctypes.byref(result), *last)
        self._check(status, function)
        return result

    def _set(self, name, dtype, shape, memory):
        dims = (ctypes.c_int64 * max(len(shape), 1))(*shape)
        for kind in _TYPES[dtype]:
            tensor = self._make(_CREATE, ctypes.c_int(kind), Shape(len(shape), dims),
                                native.POINTER(memory[1]))
            size = ctypes.c_size_t()
            self._check(self.library.ov_tensor_get_byte_size(tensor, ctypes.byref(size)), _CREATE)
            if size.value == arrays.SIZES[dtype] * arrays.count(shape):
                break
        else:
            raise RuntimeError("no element type has the right size")
        self._check(self.library.ov_infer_request_set_tensor(self.request, name.encode(), tensor),
                    "ov_infer_request_set_tensor")
        self.kept.append((memory, dims))

    def outputs(self):
        self._check(self.infer(self.request), "ov_infer_request_infer")
        return [ctypes.string_at(out[1], size) for out, size in self.results]

    def time(self, seconds):
        return native.time_calls(self.infer, [self.request.value], seconds)
