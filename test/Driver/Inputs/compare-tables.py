"""Says how the parameters of one safetensors file differ from those of another.

usage: compare-tables.py OLD NEW
"""

import json
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {name: (entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


old, new = read(sys.argv[1]), read(sys.argv[2])
assert old.keys() == new.keys()
for name in sorted(old):
    (shape, before), (larger, after) = old[name], new[name]
    grown = larger[0] - shape[0]
    same = "kept" if after[: len(before)] == before else "CHANGED"
    print(f"{name}: {shape[0]} rows {same}, {grown} more")
