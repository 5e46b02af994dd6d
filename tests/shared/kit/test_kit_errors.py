"""Every reason why something cannot be answered is distinct, documented and complete."""

from collections.abc import Iterator

import pytest

from shared.kit import errors
from shared.kit.errors import AssentError, FieldError, Invalid, RecordedRefusal, TooManyRequests


def _all(base: type[AssentError] = AssentError) -> Iterator[type[AssentError]]:
    for found in base.__subclasses__():
        if found.__module__ == errors.__name__ and found is not RecordedRefusal:
            yield found
        yield from _all(found)


def test_no_two_reasons_share_a_code() -> None:
    codes = [error.code for error in _all()]
    assert sorted(codes) == sorted(set(codes))
    assert "internal" not in codes


def test_only_what_may_pass_by_waiting_is_retriable() -> None:
    retriable = {error.code for error in _all() if error.retriable}
    assert retriable == {
        "request_timeout",
        "too_many_requests",
        "tier_limit_reached",
        "unavailable",
    }


@pytest.mark.parametrize("error", list(_all()))
def test_each_reason_has_a_title_and_a_status_of_its_kind(error: type[AssentError]) -> None:
    assert error.title
    assert error.http_status in {400, 401, 403, 404, 405, 408, *range(409, 416), 422, 429, 503}


def test_a_reason_without_detail_says_its_title() -> None:
    assert str(errors.NotFound()) == errors.NotFound().detail == errors.NotFound.title


def test_invalid_names_every_field() -> None:
    refusal = Invalid(FieldError("name", "is taken"), FieldError("skills", "is empty"))
    assert refusal.detail == "name: is taken; skills: is empty"
    assert [error.field for error in refusal.errors] == ["name", "skills"]


def test_too_many_says_when_to_come_back() -> None:
    assert TooManyRequests("slow down", retry_after=7).retry_after == 7
