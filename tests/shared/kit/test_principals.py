"""Names that nobody may sign in with."""

import pytest

from shared.kit.principals import is_reserved


@pytest.mark.parametrize(
    "name",
    [
        "deadline",
        "Deadline",
        " deadline ",
        "ｄｅａｄｌｉｎｅ",
        "silence",
        "approvals",
        "service:approvals",
        "SERVICE:agents",
        "service:",
        "service:x\ny",
        "pre_01KAGQ0000000000000000000A",
        "apr_01kagq0000000000000000000a",
    ],
)
def test_a_name_that_stands_for_assent_itself_is_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    ["governor", "amira", "amira@clinic.example", "bob_smith", "deadline-bot", "a service", "pre_"],
)
def test_an_ordinary_name_is_not(name: str) -> None:
    assert not is_reserved(name)
