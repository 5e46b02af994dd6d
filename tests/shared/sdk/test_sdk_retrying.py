"""When the SDK sends a call again."""

import pytest

from shared.sdk.retrying import Retries, retry_after

POLICY = Retries(most=3, first=1.0, longest=4.0, patience=30.0)


def wait(attempt: int = 0, **said: object) -> float | None:
    given: dict[str, object] = {
        "status": None,
        "may_repeat": True,
        "was_sent": True,
        "retry_after": None,
        "drawn": 1.0,
    }
    return POLICY.wait(attempt, **{**given, **said})  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_uncertain_answer_repeats_only_what_may_be_repeated(status: int) -> None:
    assert wait(status=status) == 1.0
    assert wait(status=status, may_repeat=False) is None


def test_a_call_that_never_left_is_always_sent_again() -> None:
    assert wait(may_repeat=False, was_sent=False) == 1.0
    assert wait(may_repeat=False, was_sent=True) is None


@pytest.mark.parametrize("status", [408, 429])
def test_what_was_refused_at_the_door_is_always_sent_again(status: int) -> None:
    assert wait(status=status, may_repeat=False) == 1.0


@pytest.mark.parametrize("status", [200, 202, 304, 400, 401, 403, 404, 409, 410, 412, 422])
def test_an_answer_is_an_answer(status: int) -> None:
    assert wait(status=status) is None


def test_pauses_grow_up_to_a_bound_are_drawn_and_end() -> None:
    assert [wait(each) for each in range(4)] == [1.0, 2.0, 4.0, None]
    assert wait(1, drawn=0.25) == 0.5
    assert (
        POLICY.wait(2, status=503, may_repeat=True, was_sent=True, retry_after=None, drawn=1) == 4.0
    )


def test_the_platform_is_obeyed_up_to_the_callers_patience() -> None:
    assert wait(status=429, retry_after=12.0, drawn=0.0) == 12.0
    assert wait(status=429, retry_after=31.0) is None


@pytest.mark.parametrize(("said", "read"), [("7", 7.0), ("", None), ("soon", None), ("²", None)])
def test_only_whole_seconds_are_read(said: str, read: float | None) -> None:
    assert retry_after({"retry-after": said}) == read
