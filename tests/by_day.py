"""Which tests `make test` leaves to `make test-nightly` (docs/decisions/0205).

A test that calls no service always runs by day, and so does an attack. Of the stories on the
platform those run that a table of docs/compliance names, and one in four; of the other tests that
call services the first of each module, those that a table names, and one in five. Names choose, so
a test that is added moves no other but the first of its module.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

# Called by a test, they make it one that calls services; so does the marker `platform`.
SERVICES = frozenset(
    {"firestore_emulator", "postgres", "pubsub_emulator", "bucket_server", "running"}
)
# The guard against attackers, every public route, what operators do, and the pages.
ALWAYS = ("tests/attacks/", "tests/contracts/http/", "tests/operations/", "tests/docs/")
STORIES = "tests/journeys/"
ONE_STORY_IN = 4
ONE_TEST_IN = 5
TABLES = Path(__file__).parents[1] / "docs" / "compliance"
_PROOF = re.compile(r"tests/[\w/]+\.py(?:::\w+)+")


@dataclass(frozen=True)
class Case:
    """One case of a test; `most` is how many of the test's cases run by day, None for all."""

    id: str
    calls_services: bool = True
    is_nightly: bool = False
    is_daily: bool = False
    most: int | None = None

    @property
    def test(self) -> str:
        return self.id.partition("[")[0]

    @property
    def module(self) -> str:
        return self.id.partition("::")[0]


def hash_of(name: str) -> int:
    """The same number for a name on every machine and day; similar names have unlike numbers."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big")


@cache
def proofs(tables: Path = TABLES) -> frozenset[str]:
    """The tests that the tables of docs/compliance name, as `file::test`."""
    texts = (table.read_text() for table in sorted(tables.glob("*.toml")))
    return frozenset(name for text in texts for name in _PROOF.findall(text))


def cases_left(cases: Iterable[Case]) -> frozenset[str]:
    """The cases beyond the `most` of their test, without those that are nightly by themselves."""
    tests = defaultdict[str, list[Case]](list)
    for each in cases:
        if each.most is not None and not each.is_nightly:
            tests[each.test].append(each)
    return frozenset(
        case.id
        for each in tests.values()
        for case in sorted(each, key=lambda one: hash_of(one.id))[each[0].most :]
    )


def left_to_the_night(cases: Sequence[Case], named: frozenset[str]) -> frozenset[str]:
    """The cases of tests that are left to the night, of those that are not nightly by themselves;
    `named` are the tests that tables name."""
    left, begun = set(), dict[str, str]()
    for each in cases:
        if not each.calls_services or each.is_nightly or each.module.startswith(ALWAYS):
            continue
        first = begun.setdefault(each.module, each.test)
        if each.is_daily or each.test in named:
            continue
        is_story = each.module.startswith(STORIES)
        is_first = each.test == first and not is_story
        if not is_first and hash_of(each.test) % (ONE_STORY_IN if is_story else ONE_TEST_IN):
            left.add(each.id)
    return frozenset(left)
