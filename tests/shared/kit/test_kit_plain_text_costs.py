"""However odd a body is, looking for what is odd in it takes bounded time."""

import contextlib
import random
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from shared.kit.errors import Invalid
from shared.kit.plain_text import oddity, refuse_odd_text
from tests.shared.patience import AMPLE_SECONDS

pytestmark = pytest.mark.repeats


def _words(letters: str, count: int) -> list[str]:
    drawn = "".join(random.Random(8).choices(letters, k=6 * count))
    return [drawn[place : place + 6] for place in range(0, len(drawn), 6)]


# Each of about the million bytes that a body may have.
COSTLY: dict[str, Callable[[], Any]] = {
    "numbers": lambda: [1] * 500_000,
    "one-letter texts": lambda: ["é"] * 200_000,
    "one-letter words": lambda: "é я " * 166_000,
    "distinct ideographs": lambda: "".join(map(chr, range(0x3400, 0x9FFF))) * 13,
    "every plain letter": lambda: "".join(
        chr(code)
        for code in range(0xA0, 0x30000)
        if unicodedata.category(chr(code))[0] in "LNS" and oddity(chr(code)) is None
    ),
    "many keys": lambda: {f"é{number}": 1 for number in range(80_000)},
    "a long key above many texts": lambda: {"k" * 500_000: ["é"] * 100_000},
    "refused at its end": lambda: ["é"] * 199_000 + ["\u202e"],
    "refused under a long key": lambda: {"k" * 500_000: ["é"] * 100_000 + ["\u202e"]},
    "many mixed words": lambda: _words("éaя日", 90_000),
    "many Latin words": lambda: _words("éaÀ日ا", 90_000),
    "other digits": lambda: "٣" * 500_000,
    "marks": lambda: "a\u0301" * 330_000,
    "joiners": lambda: "\u0627\u200d" * 200_000,
    "rows of spaces": lambda: (" " * 80 + "é") * 12_000,
    "rows of tabs": lambda: ("\t" * 20 + "é") * 45_000,
    "blank lines": lambda: ("\n" * 4 + "é") * 160_000,
    "long blank lines": lambda: ("\n" + " " * 80) * 4 + ("x" + ("\n" + " " * 79) * 4) * 3_000,
    "flags": lambda: "🇫🇷" * 125_000,
    "one long word": lambda: "éя日" * 140_000,
}


@pytest.mark.by_day(2)
@pytest.mark.parametrize("name", COSTLY)
def test_the_largest_body_is_checked_in_bounded_time(name: str) -> None:
    value = COSTLY[name]()
    began = time.process_time()
    with contextlib.suppress(Invalid):
        refuse_odd_text(value)
    assert time.process_time() - began < AMPLE_SECONDS
