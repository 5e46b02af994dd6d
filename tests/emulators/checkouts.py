"""Copies of the test checkout, whose one function does what a test tells it to."""

import json
import shutil
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).with_name("checkout")


class Checkout:
    """A copy of the test checkout. Its function `notes` writes down what reaches it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = root / "functions" / "notes"

    def seen(self, *, type: str | None = None) -> list[dict[str, Any]]:
        """What reached the private side, in order: all of one type, or all but the schedules',
        which the clock may bring at any moment."""
        file = self._folder / "seen.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        found = [json.loads(line) for line in lines]
        if type is None:
            return [one for one in found if not one["path"].startswith("/schedules/")]
        return [one for one in found if one["headers"]["ce-type"] == type]

    def ids(self, type: str = "assent.note.written.v1") -> list[str]:
        return [one["headers"]["ce-id"] for one in self.seen(type=type)]

    def answer(self, **statuses: int) -> None:
        """Makes the private side answer an event type (dots as underscores) with a status."""
        answers = {name.replace("__", "."): status for name, status in statuses.items()}
        (self._folder / "answers.json").write_text(json.dumps(answers))

    def forget(self) -> None:
        for name in ("seen.jsonl", "answers.json"):
            (self._folder / name).unlink(missing_ok=True)


def copy_checkout(target: Path) -> Checkout:
    shutil.copytree(CHECKOUT, target)
    return Checkout(target)
