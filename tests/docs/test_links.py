"""What the Markdown pages point at exists: files, anchors, make targets, paths in the checkout."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.guides import read_guide

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^(```|~~~).*?^\1\s*?$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_MAKE_IN_CODE = re.compile(r"(?:^|[;&|]\s*)make ((?:[A-Z_]+=\S+ )*)([a-z][a-z-]*)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_PATH = re.compile(r"^[\w.-]+(/[\w.-]+)+/?$|^[\w-]+/$")
# What setting up and running make, and a fresh checkout does not have.
_MADE = (".venv", "build", ".git", ".pytest_cache", "node_modules")
_EXTERNAL = ("http://", "https://", "mailto:")


@cache
def _pages() -> tuple[Path, ...]:
    pages = (page for top in ROOT.iterdir() if top.is_dir() for page in _markdown(top))
    return tuple(sorted([*ROOT.glob("*.md"), *pages]))


def _markdown(folder: Path) -> Iterator[Path]:
    return (page for page in folder.rglob("*.md") if not {*page.relative_to(ROOT).parts} & {*_MADE})


@cache
def _top_level() -> frozenset[str]:
    """The names a path in the checkout may begin with."""
    return frozenset(path.name for path in ROOT.iterdir())


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _prose(page: Path) -> str:
    return _FENCE.sub("", _text(page))


def _fences(page: Path) -> str:
    return "\n".join(match.group() for match in _FENCE.finditer(_text(page)))


@cache
def _anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    anchors = set()
    for title in _HEADING.findall(_prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(anchors)


def _dead_links(page: Path) -> Iterator[str]:
    for link in _LINK.findall(_prose(page)):
        if link.startswith(_EXTERNAL):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = page if not name else (page.parent / name).resolve()
        if not target.exists():
            yield f"{link}: there is no {name}"
        elif anchor and anchor not in _anchors(target):
            yield f"{link}: {target.name} has no heading #{anchor}"


def _missing_paths(page: Path) -> Iterator[str]:
    # What the reader of a guide writes, and what is generated beside it.
    written = read_guide(page).files
    new = {str(Path(name).parent) for name in written if name.endswith("/function.toml")}
    for code in _CODE.findall(_prose(page)):
        if code in written or str(Path(code).parent) in new:
            continue
        if not _PATH.match(code) or code.partition("/")[0] not in _top_level():
            continue
        is_there = (ROOT / code).exists() or (page.parent / code).exists()
        if not is_there and code.partition("/")[0] not in _MADE:
            yield f"`{code}` is not in the checkout"


def _unknown_targets(page: Path) -> Iterator[str]:
    known = set(_TARGET.findall((ROOT / "Makefile").read_text()))
    code = "\n".join([*_CODE.findall(_prose(page)), _fences(page)])
    for _, target in _MAKE_IN_CODE.findall(code):
        if target not in known:
            yield f"the Makefile has no {target}"


def _id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", _pages(), ids=_id)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert list(_dead_links(page)) == []


@pytest.mark.parametrize("page", _pages(), ids=_id)
def test_every_path_a_page_names_is_in_the_checkout(page: Path) -> None:
    assert list(_missing_paths(page)) == []


@pytest.mark.parametrize("page", _pages(), ids=_id)
def test_every_make_target_a_page_names_exists(page: Path) -> None:
    assert list(_unknown_targets(page)) == []


def test_a_dead_link_a_missing_path_and_an_unknown_target_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title\n\n[here](#a-title) [nowhere](gone.md) [no anchor](#gone)\n"
        "`shared/kit/ids.py` `shared/kit/gone.py` `make gone` `make help`\n"
        "```\n[not a link](gone.md)\nmake missing\n```\n"
    )
    assert len(list(_dead_links(page))) == 2
    assert list(_missing_paths(page)) == ["`shared/kit/gone.py` is not in the checkout"]
    assert len(list(_unknown_targets(page))) == 2


def test_every_decision_has_one_line_in_the_index_in_the_order_of_their_numbers() -> None:
    index = _text(ROOT / "docs" / "decisions" / "README.md")
    listed = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \|", index, re.MULTILINE)
    pages = sorted(page.name for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [name for _, name in listed] == pages
    assert [number for number, _ in listed] == [name[:4] for name in pages]
    assert len({name[:4] for name in pages}) == len(pages)


def test_each_picture_is_there_described_and_shown() -> None:
    """`make screenshots` makes them, and a journey opens what they show."""
    pictures = [
        (page, found[1], found[2])
        for page in _pages()
        for found in re.finditer(r'<img src="([^"]+)"[^>]* alt="([^"]*)"', _prose(page))
    ]
    assert all(said for _, _, said in pictures)
    shown = {(page.parent / source).resolve() for page, source, _ in pictures}
    assert shown == {*(ROOT / "docs" / "pictures").iterdir()}
