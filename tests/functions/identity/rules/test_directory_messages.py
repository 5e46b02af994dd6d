"""What a directory sends in SCIM: it is judged after SCIM's own escapes are read, and refused in
words that say what to write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.identity.rules.directory import DirectoryUser
from functions.identity.rules.refusals import DirectoryRefused
from functions.identity.scim.kinds import GROUPS, KINDS, USERS, Kind
from functions.identity.scim.messages import (
    asked_for,
    created,
    patched,
    replaced,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
# As SCIM's filters and paths write them: nothing, what ends a line, what turns one, half a letter.
ESCAPED = (r"\u0000", r"\u001b", r"\u202e", r"\ud800")
BLANK = ("", " ", "\t")


def _entry() -> DirectoryUser:
    attributes = created(USERS, {"schemas": [USER], "userName": "gala"})
    return DirectoryUser(
        entry_id="user_1",
        principal_id="user_1",
        attributes=attributes,
        created_at=NOON,
        changed_at=NOON,
    )


def _patch(path: str, value: Any) -> dict[str, Any]:
    operation = {"op": "replace", "path": path, "value": value}
    return patched(USERS, _entry(), {"schemas": [PATCH], "Operations": [operation]})


@pytest.mark.parametrize("escaped", ESCAPED)
@pytest.mark.parametrize("kind", KINDS, ids=["users", "groups"])
def test_a_filter_finds_no_text_that_no_body_may_have(kind: Kind, escaped: str) -> None:
    for name in (kind.name, "externalId", "id"):
        with pytest.raises(DirectoryRefused) as refused:
            asked_for(kind, {"filter": f'{name} eq "{escaped}"'})
        assert refused.value.scim_type == "invalidFilter"
    assert asked_for(USERS, {"filter": r'userName eq "g\u0061la"'}).value == "gala"


@pytest.mark.parametrize("escaped", ESCAPED)
def test_a_path_brings_no_text_into_an_entry_that_no_body_may_bring(escaped: str) -> None:
    with pytest.raises(DirectoryRefused) as refused:
        _patch(f'emails[type eq "{escaped}"].value', "gala@clinic.example")
    assert refused.value.scim_type == "invalidValue"
    kept = _patch(r'emails[type eq "w\u006frk"].value', "gala@clinic.example")
    assert kept["emails"] == [{"type": "work", "value": "gala@clinic.example"}]


@pytest.mark.parametrize("blank", BLANK)
def test_nobody_and_no_group_has_a_blank_name(blank: str) -> None:
    person = {"schemas": [USER], "userName": blank}
    attempts: tuple[Callable[[], object], ...] = (
        lambda: created(USERS, person),
        lambda: replaced(USERS, _entry(), person),
        lambda: _patch("userName", blank),
        lambda: created(GROUPS, {"schemas": [GROUP], "displayName": blank}),
    )
    for attempt in attempts:
        with pytest.raises(DirectoryRefused, match="must not be blank"):
            attempt()


def test_what_is_missing_is_said_by_its_name() -> None:
    with pytest.raises(DirectoryRefused, match="'userName' is required"):
        created(USERS, {"schemas": [USER]})
    with pytest.raises(DirectoryRefused) as refused:
        patched(USERS, _entry(), {"schemas": [PATCH], "Operations": [{}]})
    assert refused.value.detail == "Operations.0.op must be given"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("userName", ["x"], "userName must be text"),
        ("active", [True], "active must be true or false"),
        ("name", "x", "name must be an object"),
        ("displayName", "x" * 400, "displayName must have at most 320 characters"),
    ],
)
def test_a_value_of_another_form_is_refused_in_our_words(path: str, value: Any, said: str) -> None:
    with pytest.raises(DirectoryRefused) as refused:
        _patch(path, value)
    assert refused.value.detail == said
    with pytest.raises(DirectoryRefused) as also:
        created(USERS, {"schemas": [USER], "userName": "gala", path: value})
    assert also.value.detail == said
