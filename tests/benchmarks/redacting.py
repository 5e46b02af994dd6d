"""How much of the personal data in labelled sentences is found, and how much else, with the model
and by patterns alone; and what reading a text costs, in processor time."""

import time
from collections.abc import Callable

from functions.models.rules.personal import Finder
from functions.models.views_local import MOST_REDACTED
from shared.recognition.recogniser import Recogniser
from tests.benchmarks.figures import Figure, at_least, at_most, median
from tests.functions.models.labelled import REGIONS, is_found, labelled

ROUNDS = 3
LEAST_FOUND, MOST_ALARMS = 0.95, 0.02
INNOCENT = "innocent"


def measure() -> dict[str, Figure]:
    """The share of each kind that is found, of the innocent sentences that alarm, and the median of
    the rounds in which the longest text of one call is read."""
    sentences = tuple(labelled())
    kinds = list(dict.fromkeys(each.kind for each in sentences))
    # What a finder read once it knows; each call has one of its own.
    finders: dict[str, Callable[[], Finder]] = {
        "with the model": lambda: Finder(REGIONS, (), Recogniser.load().recognise),
        "by patterns": lambda: Finder(REGIONS),
    }
    figures: dict[str, Figure] = {}
    for name, new_finder in finders.items():
        finder = new_finder()
        for kind in kinds:
            of_kind = [each for each in sentences if each.kind == kind]
            share = sum(is_found(finder, each) for each in of_kind) / len(of_kind)
            aim = at_most(MOST_ALARMS) if kind == INNOCENT else at_least(LEAST_FOUND)
            # Patterns find no names, and are not expected to.
            is_aimed_at = name == "with the model" or kind == INNOCENT
            figures[f"redaction: {kind} found {name}"] = Figure(
                share, "of 1", aim=aim if is_aimed_at else None
            )
        text = "\n".join(each.text for each in sentences)[:MOST_REDACTED]
        seconds = median([_seconds(new_finder(), text) for _ in range(ROUNDS)])
        figures[f"redaction: {MOST_REDACTED:,} characters read {name}"] = Figure(seconds, "s")
    return figures


def _seconds(finder: Finder, text: str) -> float:
    began = time.process_time()
    finder.find(text)
    return time.process_time() - began
