"""The raw samples of a run, question by question: medians and what lies around them."""
import csv
import statistics
from collections import defaultdict
from typing import NamedTuple


class Figure(NamedTuple):
    """The median of the rounds, the least and the most of them."""

    middle: float
    least: float
    most: float


def figure(values):
    return Figure(statistics.median(values), min(values), max(values))


class Samples:
    """What was measured: values of the rounds by question, side and measure."""

    def __init__(self, path):
        self.rounds = defaultdict(dict)
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                key = row["question"], row["side"], row["measure"]
                self.rounds[key][int(row["round"])] = float(row["value"])

    def has(self, question):
        return any(key[0] == question for key in self.rounds)

    def sides(self, question, measure, prefix=""):
        """What stands behind the prefix, in the order in which it was measured."""
        return [side.removeprefix(prefix) for (asked, side, what) in self.rounds
                if (asked, what) == (question, measure) and side.startswith(prefix)]

    def of(self, question, side, measure="rate"):
        """The values of the rounds; nothing where it was not measured."""
        return list(self.rounds.get((question, side, measure), {}).values())

    def figure(self, question, side, measure="rate"):
        return figure(self.of(question, side, measure))

    def ratio(self, question, over, under):
        """Of each round's own: `over` and `under` are (side, measure)."""
        above, below = (self.rounds[question, *one] for one in (over, under))
        return figure([above[number] / below[number] for number in above if number in below])
