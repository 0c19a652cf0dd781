#!/usr/bin/env python3
"""Raw samples of what `tidegate bench --keep FILE` found: round, part, measure, value, unit, one a line.

A part is what a side consists of: "-" for all of it, ":step 3", ":moment 12".
"""
import json
import sys


def percentiles(prefix, found):
    if found["count"]:
        for name in ("p50", "p95", "p99", "max"):
            yield f"{prefix}{name}", found[name], "ms"


def samples_of(found):
    """Of one round: (measure, value, unit)."""
    balance = found["balance"]
    yield "wrong", sum(balance[kind] for kind in ("lost", "doubled", "gaps", "ended")), "deliveries"
    yield "delivered", balance["delivered"], "deliveries"
    yield "memory", found["memory_mb"], "MB"
    yield "memory_peak", found["memory_peak_mb"], "MB"
    yield "processor_per_message", found["processor_us_per_message"], "µs"
    yield "database_cores", found["database_cores"], "cores"
    yield from percentiles("", balance["latency_ms"])
    yield from percentiles("last_client_", balance["last_client_ms"])
    yield from percentiles("newcomer_", found["newcomers_ms"])
    if found["recovered_ms"]["count"]:
        yield "recovered", found["recovered_ms"]["max"], "ms"
    if "against_floor" in found:
        yield "against_floor", found["against_floor"], "×"


def samples_of_step(step):
    yield "offered", step["offered"], "events/s"
    yield "committed", step["committed"], "events/s"
    yield "kept_up", int(step["kept_up"]), "yes or no"
    yield "behind", step["behind_ms"], "ms"
    yield from percentiles("", step["latency_ms"])
    yield from cores(step)


def cores(step):
    for who, share in step["cores"].items():
        yield f"cores_{who.removeprefix('database_')}", share, "cores"
    yield "cores_all", sum(share for who, share in step["cores"].items() if who != "idle"), "cores"


def summary(course):
    """Of a saturation: where it kept up last, what was taken where it no longer did, and beyond."""
    kept = [step for step in course["steps"] if step["kept_up"]]
    lost = [step for step in course["steps"] if not step["kept_up"]]
    best = max(kept, key=lambda step: step["committed"], default=course["steps"][0])
    yield "sustained", course["sustained"], "events/s"
    yield "sustained_p99", best["latency_ms"]["p99"], "ms"
    yield from cores(min(lost, key=lambda step: step["offered"], default=course["beyond"]))
    beyond = course["beyond"]
    yield "beyond_offered", beyond["offered"], "events/s"
    yield "beyond_committed", beyond["committed"], "events/s"
    yield "beyond_p99", beyond["latency_ms"]["p99"], "ms"
    yield "waiting", course["waiting"], "events"
    yield "told_after", beyond["behind_ms"] / 1000, "s"


def parts_of(found):
    yield "-", samples_of(found)
    if "course" in found:
        course = found["course"]
        yield "-", summary(course)
        for number, step in enumerate(course["steps"] + [course["beyond"]], 1):
            yield f":step {number}", samples_of_step(step)
        for number, moment in enumerate(course["moments"], 1):
            yield f":moment {number}", samples_of_moment(moment)


def samples_of_moment(moment):
    yield "ends", moment["ends_ms"], "ms"
    yield "committed", moment["committed"], "events/s"
    yield "told", moment["told"], "events/s"
    yield "waiting", moment["waiting"], "events"
    yield from percentiles("", moment["latency_ms"])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        answers = json.load(file)
    for answer in answers:
        for number, found in enumerate(answer["rounds"], 1):
            for part, samples in parts_of(found):
                for measure, value, unit in samples:
                    print(number, part, measure, round(value, 4), unit, sep="\t")


if __name__ == "__main__":
    main()
