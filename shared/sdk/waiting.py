"""Calls that wait for people, or for a run."""

import time
from collections.abc import Callable
from typing import TypeVar

from .generated import models, resources
from .patience import PASSING, Patience, is_decided, is_over

T = TypeVar("T")


class Approvals(resources.Approvals):
    """Calls about approvals."""

    def wait_for(self, approval_id: str, *, timeout: float = 3600.0) -> models.ApprovalDetail:
        """The approval, once it is decided. Raises StillWaiting after `timeout` seconds, with the
        approval as it is; a platform that is away meanwhile is asked again."""
        return _wait(lambda: self.get(approval_id), is_decided, f"approval {approval_id}", timeout)


class Runs(resources.Runs):
    """Calls about runs."""

    def wait_for(self, run_id: str, *, timeout: float = 3600.0) -> models.RunView:
        """The run, once it has ended. Raises StillWaiting after `timeout` seconds, with the run as
        it is; a platform that is away meanwhile is asked again."""
        return _wait(lambda: self.get(run_id), is_over, f"run {run_id}", timeout)


def _wait(
    ask: Callable[[], T], is_there: Callable[[T | None], bool], what: str, timeout: float
) -> T:
    patience, last = Patience(timeout), None
    while True:
        passing = None
        try:
            last = ask()
        except PASSING as error:
            passing = error
        if last is not None and is_there(last):
            return last
        time.sleep(patience.pause(what, last, passing))
