"""Writes small tables and a text with something to learn in them.

usage: make-data.py FOLDER

ratings.csv: what a person gives to a film is how generous the person is plus how good
the film is, to half a star. people.csv: who earns more is a matter of age, education and
sex, with gaps. words.txt: each word is mostly followed by the same other one.
"""

import random
import sys

folder = sys.argv[1]
random.seed(7)

users = {10 * i: random.uniform(-1, 1) for i in range(40)}
films = {1000 + i: random.uniform(-1.5, 1.5) for i in range(60)}
with open(f"{folder}/ratings.csv", "w") as file:
    file.write("userId,movieId,rating\n")
    for _ in range(4000):
        user, film = random.choice(list(users)), random.choice(list(films))
        stars = min(5, max(0.5, round(2 * (3 + users[user] + films[film])) / 2))
        file.write(f"{user},{film},{stars}\n")

choices = {
    "workclass": ["Private", "State-gov", "Self-emp", "?"],
    "education": ["HS-grad", "Bachelors", "Masters", "11th"],
    "marital_status": ["Divorced", "Never-married", "Widowed"],
    "occupation": ["Sales", "Craft-repair", "Exec-managerial", "?"],
    "relationship": ["Husband", "Own-child"],
    "race": ["White", "Black", "Other"],
    "sex": ["Male", "Female"],
    "native_country": ["United-States", "Cuba", "?"],
}
columns = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
    "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week",
    "native_country", "income"]
with open(f"{folder}/people.csv", "w") as file:
    file.write(",".join(columns) + "\n")
    for _ in range(3000):
        row = {name: random.choice(values) for name, values in choices.items()}
        row["education_num"] = 5 + 3 * choices["education"].index(row["education"])
        for name, low, high in [
            ("age", 17, 80), ("fnlwgt", 20000, 400000), ("capital_gain", 0, 9000),
            ("capital_loss", 0, 900), ("hours_per_week", 10, 70)]:
            row[name] = random.randint(low, high)
        earns = (row["age"] - 48) / 15 + (row["education"] in ("Bachelors", "Masters")) * 2 - 1
        earns += 0.5 if row["sex"] == "Male" else -0.5
        row["income"] = ">50K" if earns > 0 else "<=50K"
        if random.random() < 0.05:
            row["age"] = "?"
        file.write(",".join(str(row[name]) for name in columns) + "\n")

words = [a + b for a in ("ba", "ki", "lo", "mu", "te", "so") for b in ("n", "r", "st", "ll", "d")]
follower = dict(zip(words, random.sample(words, len(words))))
word = words[0]
with open(f"{folder}/words.txt", "w") as file:
    for i in range(6000):
        file.write(word + (".\n" if i % 12 == 11 else " "))
        word = follower[word] if random.random() < 0.9 else random.choice(words)
