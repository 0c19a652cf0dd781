#!/usr/bin/env python3
"""Every path that a document names exists.

Looked at: links to files, and code spans that look like a path of this repository.
`<room>`, `…` and `*` in a path stand for any name; `{a,b}` for either. Fenced blocks are skipped,
unless the fence is marked `paths`.
"""
import glob
import itertools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_ENDINGS = ("md", "toml", "yaml", "yml", "sql", "rs", "sh", "py", "json", "ts", "tsx", "lock")
NOT_OURS = {"target", "node_modules", ".git", ".tidegate"}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(?!paths).*?^```\s*$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"^[\w.<>*{},…-]+(?:/[\w.<>*{},…-]+)*/?$")


def documents():
    for path in sorted(ROOT.rglob("*.md")):
        if not NOT_OURS & set(path.relative_to(ROOT).parts):
            yield path


def top_level():
    return {entry.name for entry in ROOT.iterdir()} - NOT_OURS


def is_path(span, tops):
    """Whether a code span means a file of this repository."""
    if not PATH.match(span) or span.startswith("."):
        return span.startswith(".ci/")
    first = span.split("/")[0]
    if "/" in span:
        return first in tops
    return span.rsplit(".", 1)[-1] in FILE_ENDINGS and not span.startswith("*")


def alternatives(path):
    """`a/{b,c}/d` is a/b/d and a/c/d."""
    parts = [part.split(",") for part in re.split(r"\{([^}]*)\}", path)[1::2]]
    literal = re.split(r"\{[^}]*\}", path)
    for choice in itertools.product(*parts):
        yield "".join(itertools.chain.from_iterable(itertools.zip_longest(literal, choice, fillvalue="")))


def exists(document, path):
    pattern = re.sub(r"<[^>]*>|…", "*", path).rstrip("/")
    return any(glob.glob(str(base / pattern)) for base in (document.parent, ROOT))


def dead_paths(document):
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    tops = top_level()
    named = [link for link in LINK.findall(text) if "://" not in link and not link.startswith("mailto:")]
    named += [span for span in CODE.findall(text) if is_path(span, tops)]
    for path in named:
        for one in alternatives(path):
            if not exists(document, one):
                yield one


def main():
    found = [(document, path) for document in documents() for path in dead_paths(document)]
    for document, path in found:
        print(f"{document.relative_to(ROOT)}: names {path}, which does not exist")
    print(f"check: {len(list(documents()))} documents, {len(found)} dead paths")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
