"""Arrays and parameter files in plain Python: what Weir alone needs to be timed.

NumPy is a package that a fresh clone doesn't have. Arrays are (dtype, shape, bytes)
with dtype 'f4' or 'i8', little-endian and row-major.
"""

import array
import ast
import json
import math
import os
import struct
from collections import namedtuple

Array = namedtuple("Array", "dtype shape data")

SIZES = {"f4": 4, "i8": 8}
_SAFETENSORS = {"F32": "f4", "I64": "i8"}


def count(shape):
    return math.prod(shape)


def read_npy(path):
    """An .npy file with float32 or int64 in C order."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x93NUMPY":
        raise ValueError(f"{path}: not an .npy file")
    wide = data[6] >= 2
    length, = struct.unpack_from("<I" if wide else "<H", data, 8)
    begin = 12 if wide else 10
    header = ast.literal_eval(data[begin:begin + length].decode())
    dtype = header["descr"].lstrip("<|")
    if dtype not in SIZES or header["fortran_order"]:
        raise ValueError(f"{path}: {header} is not float32 or int64 in C order")
    return Array(dtype, tuple(header["shape"]), data[begin + length:])


def write_npy(path, value):
    shape = ", ".join(str(size) for size in value.shape) + ("," if len(value.shape) == 1 else "")
    header = f"{{'descr': '<{value.dtype}', 'fortran_order': False, 'shape': ({shape}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(value.data)


def read_safetensors(path):
    """The tensors of a file by name; they share the memory that it was read into."""
    with open(path, "rb") as file:
        data = memoryview(bytearray(os.path.getsize(path)))
        file.readinto(data)
    length, = struct.unpack_from("<Q", data)
    header = json.loads(bytes(data[8:8 + length]))
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        result[name] = Array(_SAFETENSORS[entry["dtype"]], tuple(entry["shape"]), data[begin:end])
    return result


def write_safetensors(path, tensors):
    header, offset = {}, 0
    kinds = {dtype: name for name, dtype in _SAFETENSORS.items()}
    for name, value in tensors.items():
        header[name] = {"dtype": kinds[value.dtype], "shape": list(value.shape),
                        "data_offsets": [offset, offset + len(value.data)]}
        offset += len(value.data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.data)


def first(value, batch):
    """The first examples of a batch."""
    size = len(value.data) // value.shape[0]
    return Array(value.dtype, (batch,) + tuple(value.shape[1:]), value.data[:size * batch])


def floats(value):
    result = array.array("f")
    result.frombytes(value.data)
    return result


def random_floats(shape, low, high, source):
    """Uniform numbers; `source` is a random.Random."""
    draw, span = source.random, high - low
    return Array("f4", tuple(shape),
                 array.array("f", [low + span * draw() for _ in range(count(shape))]).tobytes())


def random_ids(shape, ids, source):
    draw = source.random
    return Array("i8", tuple(shape),
                 array.array("q", [int(ids * draw()) for _ in range(count(shape))]).tobytes())


def random_parameter(name, shape, source):
    """Values that keep the numbers in a deep network neither tiny nor huge."""
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        return random_floats(shape, 0.5, 1.5, source)
    if len(shape) < 2:
        middle = 1.0 if last == "weight" else 0.0
        return random_floats(shape, middle - 0.1, middle + 0.1, source)
    bound = math.sqrt(3 / count(shape[1:]))
    return random_floats(shape, -bound, bound, source)


def difference(got, expected):
    """The largest |got - expected| over what is allowed: 1e-4 of the number itself plus
    1e-4 of the largest one. Above 1 the two disagree."""
    try:
        import numpy
    except ImportError:
        return _difference(got, expected)
    got, expected = numpy.asarray(got, "f8"), numpy.asarray(expected, "f8")
    if not expected.size:
        return 0.0
    allowed = 1e-4 * abs(expected) + 1e-4 * abs(expected).max() + 1e-30
    worst = float((abs(got - expected) / allowed).max())
    return math.inf if math.isnan(worst) else worst


def _difference(got, expected):
    largest = max((abs(x) for x in expected), default=0.0)
    worst = 0.0
    for a, b in zip(got, expected, strict=True):
        worst = max(worst, abs(a - b) / (1e-4 * abs(b) + 1e-4 * largest + 1e-30))
        if a != a:
            return math.inf
    return worst
