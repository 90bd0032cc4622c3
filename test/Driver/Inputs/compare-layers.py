"""Compares the layers in the JSON of `weir explain` with those of `weir profile`."""

import json
import sys

explained, profiled = (json.load(open(path))["layers"] for path in sys.argv[1:3])
for key in "layer", "what", "source", "bytes", "multiply_adds":
    first, second = ([layer[key] for layer in layers] for layers in (explained, profiled))
    if first != second:
        sys.exit(f"{key}: {first} explained, {second} profiled")
for layer in explained:
    seconds = max(layer["arithmetic_seconds"], layer["memory_seconds"])
    if layer["seconds"] != seconds or seconds <= 0:
        sys.exit(f"{layer['layer']}: {layer['seconds']} s estimated of {seconds} s")
    if layer["weight_bytes"] > layer["bytes"]:
        sys.exit(f"{layer['layer']}: more bytes of weights than bytes")
print(len(explained), "layers agree")
