"""Firebase Hosting's globs, as far as our rewrites use them: text, `*` for one segment, `**` for
anything, and `{a,b}` for either
(https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching). What its page leaves
open (a path that ends in a slash, a segment that begins with a dot) we have not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PART = re.compile(r"\{([^{}]*)\}|(\*\*)|(\*)|([^{}*]+)")


def reached(rewrites: Sequence[Mapping[str, Any]], path: str) -> str | None:
    """The Cloud Run service that answers `path`: the first match's. None where none matches."""
    for rewrite in rewrites:
        if glob(rewrite["glob"]).fullmatch(path):
            service: str = rewrite["run"]["serviceId"]
            return service
    return None


def glob(pattern: str) -> re.Pattern[str]:
    """Raises ValueError for a glob that uses more than this can read."""
    return re.compile(_regex(pattern))


def _regex(pattern: str) -> str:
    written, at = [], 0
    for found in _PART.finditer(pattern):
        if found.start() != at:
            break
        either, anything, segment, text = found.groups()
        if either is not None:
            written.append(f"(?:{'|'.join(_regex(each) for each in either.split(','))})")
        else:
            written.append(".*" if anything else "[^/]+" if segment else re.escape(text))
        at = found.end()
    if at != len(pattern):
        raise ValueError(f"{pattern} is no glob we read")
    return "".join(written)
