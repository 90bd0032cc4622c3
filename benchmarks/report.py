"""Tables of what was measured, as Markdown."""

import math
import os
import re

NAMES = {"weir": "Weir", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "xla": "XLA",
         "pytorch": "PyTorch", "compiled": "torch.compile", "openblas": "OpenBLAS",
         "onednn": "oneDNN"}
GROUPS = {"models": "Whole models", "products": "Single products, n x n by n x n",
          "convolutions": "Single convolutions of ResNet-50"}


def microseconds(seconds):
    value = seconds * 1e6
    return f"{value:.2f}" if value < 100 else f"{value:.1f}" if value < 1000 else f"{value:,.0f}"


def cell(times):
    """The median, and half the distance between the 10th and the 90th percentile."""
    spread = (times["high"] - times["low"]) / 2 / times["median"]
    return f"{microseconds(times['median'])} ±{100 * spread:.0f}%"


def fastest_peer(row):
    """(name, seconds) of the fastest peer; nothing if Weir was alone."""
    peers = [(times["median"], name) for name, times in row["times"].items() if name != "weir"]
    return (min(peers)[1], min(peers)[0]) if peers else None


def ratio(row):
    """How many times faster Weir is than the fastest peer."""
    fastest = fastest_peer(row)
    if not fastest or "weir" not in row["times"]:
        return None
    return fastest[1] / row["times"]["weir"]["median"]


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def line(row):
    """A row as it is shown while the run goes on."""
    parts = [f"{NAMES[name]} {microseconds(times['median'])} us"
             for name, times in row["times"].items()]
    parts += [f"{NAMES[name]}: {why}" for name, why in row["left_out"].items()]
    return (f"{row['case']}, batch {row['batch']}, {row['threads']} thread"
            f"{'s' * (row['threads'] > 1)}: " + ", ".join(parts))


def table(columns, rows, numbers=True):
    """Markdown; numbers to the right."""
    other = " ---: |" if numbers else " --- |"
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + other * (len(columns) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _group_table(rows):
    peers = [name for name in NAMES if any(name in row["times"] for row in rows)]
    speed = any(row["operations"] for row in rows)
    columns = ["case", "batch"] + [NAMES[name] for name in peers]
    columns += ["GFLOP/s", "of peak"] if speed else []
    columns += ["Weir ahead"] if len(peers) > 1 else []
    lines = []
    for row in rows:
        cells = [row["case"], str(row["batch"])]
        cells += [cell(row["times"][name]) if name in row["times"] else "" for name in peers]
        if speed:
            own = row["times"].get("weir")
            rate = row["operations"] * row["batch"] / own["median"] if own else 0
            cells += ([f"{rate / 1e9:.1f}", f"{100 * rate / row['peak']:.0f}%"]
                      if row["operations"] and own else ["", ""])
        if len(peers) > 1:
            times = ratio(row)
            cells.append(f"{times:.2f}x" if times else "")
        lines.append(cells)
    return table(columns, lines)


def _summary(rows):
    lines = []
    for threads in sorted({row["threads"] for row in rows}):
        some = [row for row in rows if row["threads"] == threads]
        for group in GROUPS:
            found = [(ratio(row), row) for row in some if row["group"] == group]
            found = [(value, row) for value, row in found if value]
            if not found:
                continue
            behind = [row for value, row in found if value < 1]
            lines.append([f"{GROUPS[group].split(',')[0]}, {threads} thread{'s' * (threads > 1)}",
                          str(len(found)), f"{geometric_mean([v for v, _ in found]):.2f}x",
                          f"{min(found, key=lambda pair: pair[0])[0]:.2f}x",
                          str(len(behind))])
    if not lines:
        return ""
    return table(["against the fastest peer of each row", "rows", "geometric mean", "least",
                  "rows behind"], lines) + "\n\n"


def dates(rows):
    """The day of the run, or the first and the last one."""
    days = sorted({row["date"] for row in rows})
    return " to ".join(days[::max(1, len(days) - 1)])


def load_note(load):
    """Honest about the machine: what else ran on it."""
    text = f"Load average of the machine during the run: at most {load:.1f}"
    return text + (". **Other work ran beside this: the times say little.**\n\n" if load > 3.0
                   else ", of which the run itself makes 1 to 2.\n\n")


def _second_thread(rows):
    """How much faster Weir is with two threads, where a call takes long enough to tell."""
    by_key = {(row["case"], row["batch"], row["threads"]): row["times"].get("weir") for row in rows}
    lines = []
    for (case, batch, threads), one in by_key.items():
        two = by_key.get((case, batch, 2))
        if threads == 1 and one and two:
            lines.append([case, str(batch), microseconds(one["median"]),
                          microseconds(two["median"]), f"{one['median'] / two['median']:.2f}x"])
    if not lines:
        return ""
    return ("### What a second thread gives\n\n"
            + table(["case", "batch", "1 thread", "2 threads", "faster"], lines) + "\n\n")


def inference(rows, absent, about):
    """Everything about one run of inference.py."""
    versions, how, left_out = {}, {}, dict(absent)
    for row in rows:
        versions.update(row["versions"])
        how.update(row["how"])
    text = (f"Machine: {about['machine']}. Date: {dates(rows)}. "
            f"Commit: {about['commit']}. {about['rounds']} interleaved rounds, "
            f"{about['seconds']} s per program and round. Times are microseconds per call: the "
            "median, and half the distance between the 10th and the 90th percentile.\n\n")
    text += load_note(max(row["load"] for row in rows)) if rows else ""
    peaks = {}
    for row in rows:
        peaks[row["threads"]] = max(peaks.get(row["threads"], 0), row["peak"])
    text += "Multiply-add peak, measured in the same run: " + ", ".join(
        f"{peak / 1e9:.0f} GFLOP/s with {threads} thread{'s' * (threads > 1)}"
        for threads, peak in sorted(peaks.items())) + ".\n\n"
    text += _summary(rows)
    for group, title in GROUPS.items():
        for threads in sorted({row["threads"] for row in rows}):
            some = [row for row in rows if row["group"] == group and row["threads"] == threads]
            if some:
                text += (f"### {title}, {threads} thread{'s' * (threads > 1)}\n\n"
                         + _group_table(some) + "\n\n")
    text += _second_thread([row for row in rows if row["group"] == "models"])
    text += "### Programs\n\n" + table(["program", "version", "how it is called"], [
        [NAMES[name], versions[name], how[name]] for name in NAMES if name in versions],
                                         numbers=False) + "\n"
    notes = [f"- {NAMES[name]} is left out: {why}" for name, why in left_out.items()]
    notes += [f"- {NAMES[name]} is left out of {row['case']}, batch {row['batch']}, "
              f"{row['threads']} threads: {why}"
              for row in rows for name, why in row["left_out"].items()]
    return text + ("\n" + "\n".join(notes) + "\n" if notes else "")


def write(path, section, text):
    """Puts the text between the section's marks in a file; the marks must be there if the
    file is."""
    begin, end = f"<!-- {section}: written by a program -->", f"<!-- end of {section} -->"
    whole = f"{begin}\n{end}\n"
    if os.path.exists(path):
        with open(path) as file:
            whole = file.read()
    if begin not in whole or end not in whole:
        raise SystemExit(f"benchmarks: {path} has no section '{section}'")
    pattern = re.escape(begin) + ".*" + re.escape(end)
    whole = re.sub(pattern, lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", whole, flags=re.S)
    part = path + ".part"
    with open(part, "w") as file:
        file.write(whole)
    os.replace(part, path)
