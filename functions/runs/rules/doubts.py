"""Calls that were in doubt when their run stopped, and of which it is known by now that they
happened."""

from collections.abc import Iterable
from datetime import datetime

from events.invocations import InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.order import MOST_TOGETHER
from functions.runs.rules.progress import Progress
from functions.runs.rules.step_result import result_id


class Stopped(Progress):
    """A run that acts no more, and learns what became of what it had begun."""

    def not_noted(self) -> tuple[ConcreteCall, ...]:
        """The calls that the run may have begun where it stands, and has not noted: what became of
        them it does not know, or did not when it stopped. Raises Rejected."""
        unit = next(iter(self._units[self.run.cursor.unit : self.run.cursor.unit + 1]), None)
        if unit is None or unit[0].step.does.kind != "call":
            return ()
        left = self._prepare(unit).calls[self.run.cursor.call :]
        begun = left[: MOST_TOGETHER if len(unit) > 1 else 1]
        run_id = self.run.run_id
        ids = (result_id(run_id, each.placed.number, each.iteration) for each in begun)
        return tuple(each for each, id in zip(begun, ids, strict=True) if id not in self.results)

    def note_settled(
        self, outcomes: Iterable[tuple[ConcreteCall, InvocationView]], at: datetime
    ) -> None:
        """Notes calls of `not_noted` of which it is known by now that they happened. The run stands
        where it stood, unless that was all that it waited for."""
        happened = [each for each in outcomes if each[1].status == "confirmed"]
        is_all = len(happened) == len(self.not_noted())
        if is_all:
            self.take(happened, at)
            return
        for call, view in happened:
            self._take(call, view, at)
