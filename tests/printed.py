"""What this thread prints, while a platform in the same process writes its log."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import get_ident


class _OfThread(StringIO):
    """Takes what its thread writes; what others write goes where it went before."""

    def __init__(self, others: object) -> None:
        super().__init__()
        self._others, self._thread = others, get_ident()

    def write(self, text: str) -> int:
        if get_ident() == self._thread:
            return super().write(text)
        written: int = self._others.write(text)  # type: ignore[attr-defined]
        return written


@contextmanager
def printed() -> Iterator[tuple[StringIO, StringIO]]:
    """The standard output and the standard error of this thread."""
    before = sys.stdout, sys.stderr
    found = _OfThread(sys.stdout), _OfThread(sys.stderr)
    sys.stdout, sys.stderr = found
    try:
        yield found
    finally:
        sys.stdout, sys.stderr = before
