#!/usr/bin/env python3
"""Every path that a document names exists, and every SQL object, and every test that a room's door card
names as a proof.

Looked at: links to files, and code spans that look like a path of this repository.
`<room>`, `…` and `*` in a path stand for any name; `{a,b}` for either. Fenced blocks are skipped,
unless the fence is marked `paths`.

`tide.advance()` and the like are names that sql/ or migrations/ mention. A room's card,
sql/<room>/README.md, names its proofs in tables: `object/behaviour` is a file below
tests/sql/<room>/, `it::module::name` a function in tests/it/.
docs/security.md and docs/faults.md name their proofs in the same way.
"""
import functools
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
SQL_OBJECT = re.compile(r"\b(?:tide|work)\.[a-z_]+\b")
SQL_TEST = re.compile(r"^[a-z_]+/\w+$")
RUST_TEST = re.compile(r"^it(?:::\w+)+$")
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
    return "." in span and span.rsplit(".", 1)[-1] in FILE_ENDINGS and not span.startswith("*")


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


def is_proof(room, name):
    """Whether a name in a door card is a test that exists."""
    if SQL_TEST.match(name):
        return (ROOT / "tests/sql" / room / f"{name}.sql").exists()
    *modules, function = name.replace("::proofs::", "::").split("::")
    source = ROOT / "tests" / ("/".join(modules) + ".rs")
    return source.exists() and f"fn {function}()" in source.read_text(encoding="utf-8")


def missing_proofs(document):
    path = document.relative_to(ROOT).parts
    if path not in (("docs", "security.md"), ("docs", "faults.md")) and (path[0] != "sql" or len(path) != 3):
        return
    rows = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    for name in CODE.findall("\n".join(rows)):
        if (SQL_TEST.match(name) or RUST_TEST.match(name)) and not is_proof(path[1], name):
            yield name


@functools.cache
def sql_objects():
    """Every qualified name that our SQL mentions."""
    sources = itertools.chain(ROOT.glob("sql/**/*.sql"), ROOT.glob("migrations/*.sql"))
    return {name for source in sources for name in SQL_OBJECT.findall(source.read_text(encoding="utf-8"))}


def missing_objects(document):
    text = document.read_text(encoding="utf-8")
    named = {name for span in CODE.findall(text) if "/" not in span for name in SQL_OBJECT.findall(span)}
    yield from sorted(name for name in named - sql_objects() if not name.endswith("_"))


def main():
    found = [(document, path) for document in documents()
             for path in itertools.chain(
                 dead_paths(document), missing_proofs(document), missing_objects(document))]
    for document, path in found:
        print(f"{document.relative_to(ROOT)}: names {path}, which does not exist")
    print(f"check: {len(list(documents()))} documents, {len(found)} names of what does not exist")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
