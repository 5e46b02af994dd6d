"""What never changes under its key is read again only for what may have been erased."""

from shared.runtime.remembered import ANSWERED_WITHIN_SECONDS, KEPT_SECONDS, Unchanging
from shared.storage import patience


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_known_for_twenty_seconds_from_its_reading() -> None:
    clock = _Clock()
    known: Unchanging[str, str] = Unchanging(8, clock)
    assert known.find("a") is None
    known.keep("a", "value")
    clock.now = KEPT_SECONDS
    assert known.find("a") == "value"
    clock.now = KEPT_SECONDS + 0.1
    assert known.find("a") is None


def test_those_used_last_are_kept() -> None:
    known: Unchanging[str, str] = Unchanging(2)
    known.keep("a", "1")
    known.keep("b", "2")
    assert known.find("a") == "1"
    known.keep("c", "3")
    assert [known.find(each) for each in "abc"] == ["1", None, "3"]


def test_whoever_asks_has_time_to_ask_again_and_what_it_learns_is_still_known_then() -> None:
    assert patience.LONGEST_SECONDS < ANSWERED_WITHIN_SECONDS < KEPT_SECONDS
