"""Writes a safetensors file with the tables of five films, and two CSV files beside it.

usage: make-tables.py FOLDER
"""

import json
import struct
import sys

folder = sys.argv[1]
tables = {
    # Row 0 is that of unknown films.
    "film_factors.weight": [[9, 9], [1, 2], [-1, -2], [3, 5], [0, 0], [-2, -4]],
    "film_bias.weight": [[9], [0.5], [-0.25], [0.125], [0], [-1]],
    "fc.bias": [1, 2],
}
header, data = {}, b""
for name, rows in tables.items():
    shape = [len(rows)] + ([len(rows[0])] if isinstance(rows[0], list) else [])
    flat = [x for row in rows for x in row] if len(shape) == 2 else rows
    part = struct.pack(f"<{len(flat)}f", *flat)
    header[name] = {
        "dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
    data += part
text = json.dumps(header).encode()
with open(f"{folder}/films.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)

with open(f"{folder}/titles.csv", "w", encoding="utf-8") as file:
    file.write('year,id,title\n1977,10,"War, Star"\n1980,20,War Star II\n'
               "2001,30,Amélie\n1999,7,Matrix\n")
with open(f"{folder}/ratings.csv", "w", encoding="utf-8") as file:
    file.write("film,stars\n" + "".join(f"{film},4\n" for film in [10, 20, 10, 30, 7, 10, 20, 40]))
