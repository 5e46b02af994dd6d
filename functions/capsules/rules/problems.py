"""What is wrong in a source, where, and what to write instead."""

from collections.abc import Iterable
from typing import NamedTuple

from shared.kit.errors import AssentError, CapsuleInvalid, FieldError
from shared.kit.places import Places
from shared.kit.wording import LONGEST_FIELD, LONGEST_MESSAGE, MOST_ERRORS


class Problem(NamedTuple):
    """One mistake at the dotted `path` of a source."""

    path: str
    message: str

    @property
    def as_error(self) -> FieldError:
        """As a refusal shows it."""
        return FieldError(self.path[:LONGEST_FIELD], self.message[:LONGEST_MESSAGE])


def path_below(path: str, at: Iterable[str | int]) -> str:
    """The dotted path of a place in the value that lies at a path."""
    return ".".join((path, *map(str, at)))


class Flawed(Exception):
    """Rules found these mistakes in a source."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(each.message for each in problems[:3]))
        self.problems = problems


def refusal(problems: Iterable[Problem], text: str) -> AssentError:
    """The refusal of a source with these mistakes, each with its line and column in the text."""
    listed = list(dict.fromkeys(problems))[:MOST_ERRORS]
    places = Places.of(text)
    errors = [places.told(each.as_error) for each in listed]
    detail = "; ".join(f"{each.field}: {each.message}" for each in errors[:3])
    return CapsuleInvalid(detail, *errors)
