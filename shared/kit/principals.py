"""Names of principals: which of them nobody may have.

Cards and the audit show who decided by name alone. So nobody has a name that reads as silence, as
Assent, as one of its functions, or as a role."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from shared.kit.characters import LOOKALIKES
from shared.kit.roles import ROLES

# Cards show the first two names where silence decided.
_NAMES = ("deadline", "silence", "system", "assent", "precedent")
# How places in a rule and functions are written: `role:…`, `principal:…`, `service:…`.
_SPELLINGS = ("role", "principal", "service")
# A precedent decides under its typed id.
_TYPED_ID = re.compile(r"[a-z]{3}[^a-z0-9][a-z0-9]{26}")
_PACKAGES = ("functions/*/main.py", "*/main.py")

# Letters and digits that look alike, beside those of other alphabets (Unicode's UTS 39).
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})


@lru_cache(maxsize=4096)
def is_reserved(principal: str) -> bool:
    """Whether the name belongs to Assent itself, or reads as one that does: case, width,
    punctuation, space and letters that look alike do not count."""
    name = _in_latin(principal)
    spelling, colon, _ = name.partition(":")
    if colon and skeleton(spelling) in map(skeleton, _SPELLINGS):
        return True
    core = re.sub(r"^[^a-z0-9]+|[^a-z0-9]+$", "", name)
    return skeleton(name) in _reserved() or _TYPED_ID.fullmatch(core) is not None


def skeleton(name: str) -> str:
    """The same text for names that people take for one another, such as `G0vernor.` and
    `governor`."""
    letters = _in_latin(name).translate(_ALIKE)
    kept = "".join(each for each in letters if each.isalnum())
    return kept.replace("rn", "m").replace("vv", "w")


@cache
def functions() -> frozenset[str]:
    """The names of the functions, which are those of the packages with a main.py."""
    root = Path(__file__).resolve().parents[2]
    return frozenset(file.parent.name for each in _PACKAGES for file in root.glob(each))


def _in_latin(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(LOOKALIKES).casefold()


@cache
def _reserved() -> frozenset[str]:
    names = {skeleton(each) for each in (*_NAMES, *functions(), *ROLES)}
    spelled = {skeleton(each) + name for each in _SPELLINGS for name in names}
    return frozenset(names | spelled | set(map(skeleton, _SPELLINGS)))
