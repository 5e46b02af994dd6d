"""What an agent may ask in a day. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.kit.errors import AssentError

# No question costs more: a few reads, a commit, and a tenth of a second of a processor
# (docs/decisions/0152-*).
QUESTION_USD_MICROS = 10
DAY_USD_MICROS = 1_000_000


class QuestionsSpent(AssentError):
    """The agent has asked for a dollar in this day. Programs repeat 409 and 429."""

    code = "budget_exhausted"
    title = "The budget allows no more now"
    http_status = 402
    headers: Mapping[str, str] = MappingProxyType({"x-should-retry": "false"})


def require_day(asked: int, questions: int = 1) -> None:
    """Raises QuestionsSpent for an agent that has asked so often in this day, in UTC, that so many
    questions more would cost more than a dollar."""
    if (asked + questions) * QUESTION_USD_MICROS > DAY_USD_MICROS:
        raise QuestionsSpent(
            f"the agent has asked {asked} questions today, and {questions} more would be beyond a"
            " dollar's worth: it may ask again at midnight UTC"
        )
