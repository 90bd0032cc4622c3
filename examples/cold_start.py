#!/usr/bin/env python3
"""The cold start, measured: users whom a model has never met, from ten ratings each.

A hundred users are left out of MovieLens entirely and collab_dot.weir learns from the
rest. Then each of them is added by `weir adapt` from ten of his ratings, and his other
ratings are predicted. For comparison they are also predicted by the row of unknown users
and by the mean of all known users.

usage: cold_start.py RATINGS.csv... [--users 100] [--given 10] [--seed 1] [--weir weir]

RATINGS.csv have the columns user, movie and rating. Nothing but `weir` is needed.
"""

import argparse
import csv
import pathlib
import random
import re
import subprocess
import tempfile

MODEL = pathlib.Path(__file__).parent / "collab_dot.weir"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ratings", nargs="+")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--given", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--weir", default="weir")
    arguments = parser.parse_args()

    by_user = {}
    for path in arguments.ratings:
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                by_user.setdefault(row["user"], []).append(row)
    chance = random.Random(arguments.seed)
    # Someone with ratings left to be predicted.
    candidates = sorted(u for u in by_user if len(by_user[u]) >= 2 * arguments.given)
    left_out = chance.sample(candidates, min(arguments.users, len(candidates)))
    given, others = [], []
    for user in left_out:
        ratings = by_user.pop(user)
        chance.shuffle(ratings)
        given += ratings[: arguments.given]
        others += ratings[arguments.given :]
    rest = [row for rows in by_user.values() for row in rows]

    with tempfile.TemporaryDirectory() as folder:
        def file(name):
            return str(pathlib.Path(folder) / name)

        def write(name, rows):
            with open(file(name), "w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, ["user", "movie", "rating"], extrasaction="ignore")
                writer.writeheader()
                writer.writerows(rows)

        def weir(*words):
            done = subprocess.run([arguments.weir, *words], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
            return done.stdout

        def rmse(model):
            text = weir("eval", file(model), "--data", file("others.csv"))
            return float(re.search(r"rmse\s+(\S+)", text)[1])

        write("rest.csv", rest)
        write("given.csv", given)
        write("others.csv", others)
        weir("train", str(MODEL), "--data", file("rest.csv"), "--with", "best train.rmse min",
             "--epochs", str(arguments.epochs), "--seed", str(arguments.seed),
             "-o", file("rest.safetensors"))
        adapt = ["adapt", file("rest.safetensors"), "--new", "user", "--data", file("given.csv")]
        weir(*adapt, "--steps", "1", "--lr", "1e-30", "-o", file("mean.safetensors"))
        weir(*adapt, "-o", file("adapted.safetensors"))
        print(f"{len(left_out)} users left out, {len(given)} of their ratings given, "
              f"{len(others)} predicted; RMSE by")
        print(f"  the row of unknown users {rmse('rest.safetensors'):.4f}")
        print(f"  the mean of known users  {rmse('mean.safetensors'):.4f}")
        print(f"  rows of their own        {rmse('adapted.safetensors'):.4f}")


if __name__ == "__main__":
    main()
