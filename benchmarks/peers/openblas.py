"""OpenBLAS's sgemm, the one inside NumPy's package. It packs the weight in every call."""

import ctypes
import glob
import os

import numpy

import arrays

from . import native

HOW = "cblas_sgemm of NumPy's own OpenBLAS, the weight transposed beforehand, timed inside C"


class Product(ctypes.Structure):
    """Product of clock.cpp."""
    _fields_ = [("sgemm", native.POINTER), ("m", ctypes.c_int64), ("n", ctypes.c_int64),
                ("k", ctypes.c_int64), ("a", native.POINTER), ("b", native.POINTER),
                ("c", native.POINTER)]


class Peer:
    def __init__(self, threads):
        folder = os.path.join(os.path.dirname(os.path.dirname(numpy.__file__)), "numpy.libs")
        self.library = ctypes.CDLL(glob.glob(os.path.join(folder, "libscipy_openblas64*"))[0])
        self.library.scipy_openblas_set_num_threads64_(ctypes.c_int(threads))
        self.library.scipy_openblas_get_config64_.restype = ctypes.c_char_p
        self.version = " ".join(self.library.scipy_openblas_get_config64_().decode().split()[:2])
        core = self.library.scipy_openblas_get_corename64_
        core.restype = ctypes.c_char_p
        self.version += f" ({core().decode()})"

    def load(self, folder, info, batch):
        if info["definition"][0] != "product":
            raise NotImplementedError("anything but plain products")
        weights = arrays.read_safetensors(os.path.join(folder, "weights.safetensors"))
        value = weights["y.weight"]
        n, k = value.shape
        weight = numpy.frombuffer(value.data, "f4").reshape(n, k).T.tobytes()
        x = arrays.first(arrays.read_npy(os.path.join(folder, "x.npy")), batch)
        self.memory = [native.copied(x.data), native.copied(weight), native.aligned(4 * batch * n)]
        self.size = 4 * batch * n
        self.product = Product(native.address(self.library.scipy_cblas_sgemm64_), batch, n, k,
                               *[m[1] for m in self.memory])

    def outputs(self):
        native.clock().weir_clock_product(ctypes.byref(self.product), None, None)
        return [ctypes.string_at(self.memory[2][1], self.size)]

    def time(self, seconds):
        return native.time_calls(native.clock().weir_clock_product,
                                 [ctypes.addressof(self.product)], seconds)
