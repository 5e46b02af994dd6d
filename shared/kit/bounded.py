"""Work that may not take long: evaluating what a stranger wrote, in Python alone."""

import asyncio
import sys
import time
from collections.abc import Callable
from threading import get_ident
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

# What watches each thread that does such work.
_watching: dict[int, Callable[[FrameType, str, Any], None]] = {}
_told_before: list[Callable[[Any], object]] = []


class TookTooLong(Exception):
    """The work was ended, because it took more processor time than it may."""


class _Ended(BaseException):
    """Passes through everything that catches exceptions."""


async def bounded(work: Callable[[], T], *, seconds: float) -> T:
    """What the work gives, in a thread of its own, within so many seconds of processor time. It is
    ended where it next calls a function of Python. Raises TookTooLong, and what the work raises."""
    return await asyncio.to_thread(_run, work, seconds)


def _run(work: Callable[[], T], seconds: float) -> T:
    until = time.thread_time() + seconds

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if time.thread_time() > until:
            raise _Ended

    if sys.unraisablehook is not _watch_again:
        _told_before.append(sys.unraisablehook)
        sys.unraisablehook = _watch_again
    before, _watching[get_ident()] = sys.gettrace(), watch
    sys.settrace(watch)
    try:
        return work()
    except _Ended as ended:
        raise TookTooLong(f"it took more than {seconds:g} seconds") from ended
    finally:
        sys.settrace(before)
        del _watching[get_ident()]


def _watch_again(unraisable: Any) -> None:
    """Watches again: an error that was raised in a finaliser was lost, and the watch with it."""
    watch = _watching.get(get_ident())
    if watch is not None and issubclass(unraisable.exc_type, _Ended):
        sys.settrace(watch)
    else:
        _told_before[-1](unraisable)
