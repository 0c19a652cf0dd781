#!/usr/bin/env python3
"""Draws what a run measured: draw.py SAMPLES.tsv FOLDER. A picture whose question was not asked is left as it was."""
import pathlib
import sys

from figures import Samples, figure
from svg import FAINT, OURS, PALE, PLAIN, SECOND, THEIRS, THIRD, Linear, Log, Panel, Picture, Steps, bars, number

WAYS = [("bare", "bare tables", PLAIN), ("tide", "ours, triggers alone", OURS),
        ("service", "ours, the service running", OURS), ("notify", "payload in pg_notify", THEIRS),
        ("counters", "counters in place + pg_notify", THEIRS),
        ("counters_one_project", "– all in one project", THEIRS),
        ("refresh", "refreshed materialised view", THEIRS), ("seeds", "all three, as in the seeds", THEIRS)]


def writers(samples):
    question = "against_usual_ways"
    rows = [(words, samples.figure(question, side), color)
            for side, words, color in WAYS if samples.of(question, side)]
    picture = Picture("What writers have left", "One-row updates by 16 writers, each a transaction. Medians, with thin lines "
                      "from the least round to the most; red: a must", 130 + 30 * len(rows))
    bare = rows[0][1].middle
    bars(picture, 78, rows, "commits per second", {WAYS[1][1]: 0.75 * bare, WAYS[2][1]: 0.6 * bare})
    return picture


def frozen(samples):
    rows = [(words, samples.figure("frozen_service", side), color) for side, words, color in (
        ("alone", "no service", PLAIN), ("running", "the service runs", OURS), ("frozen", "the service is frozen", SECOND))]
    picture = Picture("Writers while the service is frozen", "One-row updates by 16 writers; the service is stopped in "
                      "the middle of its work. Red: a must, 90 % of what it was", 222)
    bars(picture, 78, rows, "commits per second", {rows[2][0]: 0.9 * rows[1][1].middle})
    return picture


def growth(samples):
    """Costs as multiples of those at the smallest size."""
    picture = Picture("What grows, and what does not", "Cost as a multiple of that at the smallest size; where a "
                      "tick's is written out, it is in µs per event", 352)
    tables = [int(size) for size in samples.sides("growth_of_tables", "tick")]
    logs = [int(size) for size in samples.sides("growth_of_log", "tick")]
    topics = [int(size) for size in samples.sides("growth_of_topics", "tick", "topics_")]
    panels = [
        ("tasks in the table", tables, [
            (SECOND, [(size, price_among(samples, tables[0], size)) for size in tables]),
            (OURS, [(size, samples.ratio("growth_of_tables", (str(size), "tick"), (str(tables[0]), "tick")))
                    for size in tables])]),
        ("events in the log", logs, [
            (SECOND, [(size, samples.ratio("growth_of_log", (f"log_{logs[0]}", "rate"), (f"log_{size}", "rate")))
                      for size in logs]),
            (OURS, [(size, samples.ratio("growth_of_log", (str(size), "tick"), (str(logs[0]), "tick")))
                    for size in logs])]),
        ("topics that are heard", topics, [
            (OURS, [(size, samples.ratio("growth_of_topics", (f"topics_{size}", "tick"),
                                         (f"topics_{topics[0]}", "tick"))) for size in topics])])]
    absolute = [lambda size: samples.figure("growth_of_tables", str(size), "tick"),
                lambda size: samples.figure("growth_of_log", str(size), "tick"),
                lambda size: samples.figure("growth_of_topics", f"topics_{size}", "tick")]
    most = max(found.most for _, _, lines in panels for _, line in lines for _, found in line)
    for place, ((name, sizes, lines), tick) in enumerate(zip(panels, absolute)):
        panel = Panel(picture, (54 + 284 * place, 120, 232, 170), Steps(sizes), Linear(max(most, 1.6)),
                      (name, "times the cost" if place == 0 else ""))
        panel.goal(1.3, "must: 1.3 ×")
        for color, line in lines:
            panel.line(line, color)
        for size in sizes:
            panel.note(size, 0.05, number(tick(size).middle), OURS)
    picture.legend(54, 84, [(OURS, "the tick that tells an event"), (SECOND, "the writer's price of a commit")])
    return picture


def price_among(samples, first, size):
    """What a commit costs more than on bare tables of that size, against the same at the first size."""
    rounds = [samples.rounds["growth_of_tables", f"{kind}_{among}", "rate"]
              for kind, among in (("bare", size), ("tide", size), ("bare", first), ("tide", first))]
    return figure([bare / tide / (bare_first / tide_first)
                   for bare, tide, bare_first, tide_first in zip(*(found.values() for found in rounds))])


def connections(samples):
    question = "growth_of_connections"
    sizes = [int(size) for size in samples.sides(question, "p99", "spread_")]
    picture = Picture("More connections", "50 commits/s, each heard by 50 of them, while others come and go; writers and "
                      "clients on the same cores", 352)
    lines = [(name, color, [(size, samples.figure(question, f"spread_{size}", name)) for size in sizes])
             for name, color in (("p50", OURS), ("p95", THIRD), ("p99", SECOND))]
    most = max(found.most for _, _, line in lines for _, found in line)
    panel = Panel(picture, (54, 120, 370, 170), Steps(sizes), Log(1, max(most, 100)),
                  ("connections", "commit → client, ms"))
    for value, (_, color, line) in zip((20, 50, 100), lines):
        panel.goal(value, f"must: {value} ms", color)
        panel.line(line, color)
    memory = [(size, samples.figure(question, f"spread_{size}", "memory")) for size in sizes]
    panel = Panel(picture, (490, 120, 160, 170), Steps(sizes), Linear(max(210, memory[-1][1].most)),
                  ("connections", "memory, MB"))
    panel.goal(200, "must: 200 MB")
    panel.line(memory, OURS)
    cost = [(size, samples.figure(question, f"spread_{size}", "processor_per_message")) for size in sizes]
    panel = Panel(picture, (702, 120, 154, 170), Steps(sizes), Linear(max(f.most for _, f in cost)),
                  ("connections", "processor, µs a message"))
    panel.line(cost, OURS)
    picture.legend(54, 84, [(color, name) for name, color, _ in lines])
    return picture


WHOSE = [("writers", "writers", PLAIN), ("tick", "the tick", OURS), ("service", "the service", SECOND),
         ("load", "clients (load)", THIRD), ("others", "the rest of Postgres", FAINT)]


def saturation(samples):
    question = "saturation"
    by_rate = {}
    for side in samples.sides(question, "offered", "chain:step "):
        side = f"chain:step {side}"
        for number_of, offered in samples.rounds[question, side, "offered"].items():
            by_rate.setdefault(offered, []).append((side, number_of))

    def line(measure):
        return [(offered, figure([samples.rounds[question, side, measure].get(n, 0.0) for side, n in found]))
                for offered, found in sorted(by_rate.items())]

    late = [offered for offered, found in line("kept_up") if found.middle < 1]
    x = Linear(max(by_rate))
    picture = Picture("How much goes through the whole chain", "Commits of 20 rows, each heard by five clients; a ring is a "
                      "rate that was too much, the last one offered on purpose", 380)
    panel = Panel(picture, (54, 120, 232, 170), x, x, ("events/s offered", "events/s committed"))
    panel.picture.stroke([panel.at(0, 0), panel.at(x.most, x.most)], PALE, 1, "2 3")
    panel.line(line("committed"), OURS, hollow=late)
    delays = [line("p50"), line("p99")]
    most = max(found.most for found in (f for one in delays for _, f in one))
    panel = Panel(picture, (338, 120, 232, 170), x, Log(1, max(most, 100)), ("events/s offered", "commit → client, ms"))
    panel.goal(100, "must: 100 ms (p99)")
    for color, points in zip((OURS, SECOND), delays):
        panel.line(points, color, hollow=late)
    picture.legend(338, 84, [(OURS, "p50"), (SECOND, "p99")])
    cores = {who: line(f"cores_{who}") for who, _, _ in WHOSE}
    most = max(sum(shares) for shares in zip(*([found.middle for _, found in one] for one in cores.values())))
    panel = Panel(picture, (622, 120, 232, 170), x, Linear(most), ("events/s offered", "cores taken"))
    stack = {offered: 0.0 for offered in by_rate}
    for who, _, color in WHOSE:
        tops = {offered: stack[offered] + found.middle for offered, found in cores[who]}
        panel.between(tops, stack, color)
        stack = tops
    picture.legend(54, 362, [(color, words) for _, words, color in WHOSE])
    return picture


def overload(samples):
    question = "saturation"
    sides = [f"chain:moment {n}" for n in samples.sides(question, "ends", "chain:moment ")]

    def curve(measure):
        found = [(samples.rounds[question, side, "ends"].get(1), samples.rounds[question, side, measure].get(1))
                 for side in sides if (question, side, measure) in samples.rounds]
        return [(ends / 1000, value) for ends, value in found if ends is not None and value is not None]

    committed, told, waiting, late = (curve(measure) for measure in ("committed", "told", "waiting", "p50"))
    ended = max((at for at, value in committed if value > 0), default=0)
    x = Linear(committed[-1][0])
    picture = Picture("Beyond what it bears", "Half as much again as was too much, then nothing: what waits grows, is told "
                      "later, and none of it is lost", 352)
    panel = Panel(picture, (54, 120, 232, 170), x, Linear(max(v for _, v in committed + told)), ("seconds", "events/s"))
    panel.curve(told, OURS)
    panel.curve(committed, SECOND)
    panel.until(ended, "")
    picture.legend(54, 84, [(SECOND, "committed"), (OURS, "told to everyone")])
    panel = Panel(picture, (338, 120, 232, 170), x, Linear(max(v for _, v in waiting)), ("seconds", "events that wait"))
    panel.area(waiting, OURS)
    panel.curve(waiting, OURS)
    panel.until(ended, "no more offered")
    panel = Panel(picture, (622, 120, 232, 170), x, Linear(max(v for _, v in late)),
                  ("seconds", "commit → last client, ms (p50)"))
    panel.curve(late, OURS)
    panel.until(ended, "")
    return picture


PICTURES = {"writers": ("against_usual_ways", writers), "frozen": ("frozen_service", frozen),
            "growth": ("growth_of_tables growth_of_log growth_of_topics", growth),
            "connections": ("growth_of_connections", connections), "saturation": ("saturation", saturation),
            "overload": ("saturation", overload)}


def main():
    samples, folder = Samples(sys.argv[1]), pathlib.Path(sys.argv[2])
    source = pathlib.Path(sys.argv[1]).stem
    folder.mkdir(parents=True, exist_ok=True)
    for name, (questions, draw) in PICTURES.items():
        if all(samples.has(question) for question in questions.split()):
            draw(samples).save(folder / f"{name}.svg", f"make bench, {source}")


if __name__ == "__main__":
    main()
