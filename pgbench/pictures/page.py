#!/usr/bin/env python3
"""Puts a run's table where docs/performance.md keeps it: page.py RESULT.md PAGE.md.

What stands between the two comments is a run's; all else on the page is people's.
"""
import pathlib
import re
import sys

BETWEEN = re.compile(r"(<!-- figures of `make bench` -->\n).*?(<!-- end of the figures -->)", re.DOTALL)


def main():
    result, page = (pathlib.Path(name) for name in sys.argv[1:])
    heading, figures = result.read_text(encoding="utf-8").split("\n", 1)
    day = heading.rsplit(" ", 1)[-1]
    kept = f"Raw samples: `pgbench/results/{result.stem}.tsv`, of {day}.\n"
    text = page.read_text(encoding="utf-8")
    if not BETWEEN.search(text):
        sys.exit(f"{page} has no place for figures: the comments of page.py are missing")
    page.write_text(BETWEEN.sub(lambda found: f"{found[1]}{figures.strip()}\n\n{kept}{found[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
