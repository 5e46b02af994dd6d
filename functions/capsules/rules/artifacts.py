"""The files that inputs and sources name."""

import re
from typing import Any

from shared.kit.canonical import canonical_json

_ID = re.compile(r"(?<![0-9A-Za-z_])art_[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z_])")


def artifacts_in(value: Any) -> set[str]:
    """The ids of artifacts in a JSON value, or in a text."""
    return set(_ID.findall(value if isinstance(value, str) else canonical_json(value).decode()))
