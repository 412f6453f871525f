"""Nothing stands twice: what two kinds share lies below both, in `submissions/` or `core/`.

A line counts where it says something: comments, docstrings, imports and lone brackets do not,
nor how it is indented.
"""

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

KINDS = "bookings", "kits"
# As many lines in a row may not be the same; as many not alike but for names and values.
SAME, ALIKE = 7, 14

Line = tuple[str, str]  # where, and what it says


def lines_of_module(source: str) -> Iterator[tuple[int, str]]:
    """The number and the words of each line of Python that counts."""
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or isinstance(node, ast.Import | ast.ImportFrom):
            assert isinstance(node, ast.stmt)
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    words: dict[int, list[str]] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT and token.string.strip():
            words.setdefault(token.start[0], []).append(token.string)
    for number, said in words.items():
        if number not in left_out:
            yield number, " ".join(said)


def lines_of_template(source: str) -> Iterator[tuple[int, str]]:
    without = re.sub(r"{#.*?#}|{% (load|extends) .*?%}", "", source)
    for number, line in enumerate(without.splitlines(), start=1):
        yield number, " ".join(line.split())


def shape_of(line: str) -> str:
    """The line with every name, text and number of it the same as any other."""
    line = re.sub(r"\"[^\"]*\"|'[^']*'", "“”", line)
    return re.sub(r"\w+", lambda match: match[0] if keyword.iskeyword(match[0]) else "·", line)


def read(root: Path, folder: str, shape: bool) -> list[list[Line]]:
    """The lines that count, of each file of a kind."""
    files = []
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        source = path.read_text()
        lines = lines_of_module(source) if path.suffix == ".py" else lines_of_template(source)
        name = path.relative_to(root)
        files.append(
            [
                (f"{name}:{number}", shape_of(line) if shape else line)
                for number, line in lines
                if re.search(r"\w", line)
            ]
        )
    return files


def says_much(run: tuple[str, ...]) -> bool:
    """Unlike a list: of refusals, say, whose entries are alike by nature."""
    return len(set(run)) > len(run) / 2


def repeated(root: Path, of_kind: str, length: int, *, shape: bool = False) -> list[str]:
    """Runs of `length` lines in the files of both kinds: 'where ~ where', longer ones once.

    `of_kind`: where the files of a kind are, such as 'templates/{}'.
    """
    here, there = (read(root, of_kind.format(kind), shape) for kind in KINDS)
    places: dict[tuple[str, ...], str] = {}
    for file in here:
        for at in range(len(file) - length + 1):
            run = tuple(line for _, line in file[at : at + length])
            places.setdefault(run, file[at][0])
    found = []
    for file in there:
        before = False  # whether the run that began a line earlier is found
        for at in range(len(file) - length + 1):
            run = tuple(line for _, line in file[at : at + length])
            is_repeated = run in places and says_much(run)
            if is_repeated and not before:
                found.append(f"{places[run]} ~ {file[at][0]}")
            before = is_repeated
    return found


@pytest.mark.parametrize("of_kind", ["{}", "templates/{}", "templates/admin/{}"])
def test_no_lines_stand_in_bookings_and_in_kits(of_kind):
    assert repeated(settings.BASE_DIR, of_kind, SAME) == []


@pytest.mark.parametrize("of_kind", ["{}", "templates/{}", "templates/admin/{}"])
def test_nothing_long_is_alike_in_bookings_and_in_kits(of_kind):
    assert repeated(settings.BASE_DIR, of_kind, ALIKE, shape=True) == []


# --- That these tests would see it ------------------------------------------------------------

VERB = '''\
@retried
def {verb}(request, *, by):
    """{doc}"""
    submission, created = open_submission(request.submission, hub=request.hub)
    if not created:
        return submission  # {doc}
    {rows} = list(submission.{rows}.all())

    if not {rows}:
        raise NothingHeld("{doc}")
    for number, one in enumerate({rows}):
        one.number = number + 1
        one.save(update_fields=["number"])
    while by is not None:
        by = by.above
    with lock(submission):
        submission.touch()
    return submission
'''
LIST = "".join(f'class R{n}(Refused):\n    message = _("Refused, {n}.")\n' for n in range(20))


def make_kinds(root: Path, bookings: str, kits: str) -> Path:
    for kind, source in zip(KINDS, (bookings, kits), strict=True):
        (root / kind / "pages").mkdir(parents=True)
        (root / kind / "pages" / "verbs.py").write_text(source)
    return root


def indented(source: str) -> str:
    return "class Page:\n" + "".join(f"    {line}\n" for line in source.splitlines())


def test_the_same_lines_are_seen_whatever_is_said_beside_them(tmp_path):
    here = VERB.format(verb="hold", doc="Hold it.", rows="rows")
    there = VERB.format(verb="hold", doc="Something else.", rows="rows")
    root = make_kinds(tmp_path, here, indented(there).replace('Something else.")', 'Hold it.")'))
    assert repeated(root, "{}", SAME) == ["bookings/pages/verbs.py:1 ~ kits/pages/verbs.py:2"]


def test_lines_with_other_names_are_seen_where_they_are_many(tmp_path):
    here = VERB.format(verb="hold", doc="Hold it.", rows="bookings")
    there = VERB.format(verb="reserve", doc="Reserve it.", rows="loans")
    root = make_kinds(tmp_path, here, there)
    assert repeated(root, "{}", SAME) == ["bookings/pages/verbs.py:12 ~ kits/pages/verbs.py:12"]
    assert repeated(root, "{}", ALIKE, shape=True) == [
        "bookings/pages/verbs.py:1 ~ kits/pages/verbs.py:1"
    ]


def test_a_few_lines_and_lists_may_be_alike(tmp_path):
    few = "\n".join(VERB.format(verb="hold", doc="", rows="rows").splitlines()[:6])
    root = make_kinds(tmp_path, LIST + few, LIST.replace("R", "S") + few)
    assert repeated(root, "{}", SAME) == []
    assert repeated(root, "{}", ALIKE, shape=True) == []
