"""Rows that are done, in a file, so that a run that was cut short can go on."""

import json
import os


class Results:
    """One line of JSON per row, after a line that says what was timed. Rows of another
    program, machine or set of options are forgotten."""

    def __init__(self, path, about, fresh):
        self.path, self.rows = path, {}
        if os.path.exists(path) and not fresh:
            lines = self._read()
            if lines and lines[0].get("about") == about:
                self.rows = {self.key(row): row for row in lines[1:]}
        with open(path, "w") as file:
            for line in [{"about": about}, *self.rows.values()]:
                file.write(json.dumps(line) + "\n")

    def _read(self):
        lines = []
        with open(self.path) as file:
            for line in file:
                try:
                    lines.append(json.loads(line))
                except ValueError:  # the run ended in the middle of it
                    break
        return lines

    @staticmethod
    def key(row):
        return row["case"], row["threads"], row["batch"]

    def add(self, row):
        self.rows[self.key(row)] = row
        with open(self.path, "a") as file:
            file.write(json.dumps(row) + "\n")
