"""The ids of artifacts in JSON values."""

import re
from collections.abc import Iterable
from typing import Any

from shared.kit.json_parts import parts_of

_ID = re.compile(r"(?<![0-9A-Za-z_])art_[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z_])")


def artifacts_in(value: Any) -> set[str]:
    """The ids of artifacts in the texts and the names of a JSON value."""
    texts = (text for each in parts_of(value) for text in _texts(each))
    return {id for text in texts for id in _ID.findall(text)}


def _texts(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        return part.keys()
    return (part,) if isinstance(part, str) else ()
