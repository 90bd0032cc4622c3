"""Writes ratings of twelve users for nine films, and some of users who aren't among them.

usage: make-ratings.py FOLDER
"""

import sys

folder = sys.argv[1]


def rating(user, film):
    """Even users like even films, and some films are better than others."""
    return 3 + (1 if (user + film) % 2 == 0 else -1) + film % 3 / 4


def write(name, header, rows):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))


users, films = range(1, 13), range(1, 10)
write("ratings.csv", "user,movie,rating",
      [(f"u{u}", f, rating(u, f)) for u in users for f in films if (u * f) % 5])
write("ann.csv", "movie,rating", [(f, rating(2, f)) for f in (1, 2, 3, 4)])
write("unseen.csv", "movie", [(f,) for f in (8, 9)])
write("two.csv", "rating,movie,user",
      [(rating(u, f), f, name) for f in (1, 2, 3, 4) for u, name in ((2, "Zoe"), (3, "Bob"), (1, "u1"))])
