"""Writes the data of the training tests: ratings that follow from who rates what.

usage: make-training-data.py FOLDER
"""

import sys

folder = sys.argv[1]
rows = []
for i in range(600):
    user, film = (i * 7) % 20, (i * 11 + i // 20) % 15
    rows.append((f"u{user}", f"f{film}", 1 + (user * 3 + film * 5) % 9 * 0.5))
with open(f"{folder}/ratings.csv", "w") as file:
    file.write("user,movie,rating\n" + "".join(f"{u},{m},{r}\n" for u, m, r in rows))
with open(f"{folder}/new.csv", "w") as file:
    file.write('movie,note,user\nf1,"a, b",u3\nf99,,u3\nf2,x,nobody\n')

# Fruit: what it is follows from its size and its shape.
with open(f"{folder}/fruit.csv", "w") as file:
    file.write("shape,size,name\n")
    for i in range(120):
        shape, size = ("round", "long")[i % 2], 1 + i % 7
        name = "banana" if shape == "long" else "melon" if size > 4 else "cherry, red"
        file.write(f'{shape},{size},"{name}"\n')
