"""What of a policy's text leaves with decisions: names, annotations and ids, plain and short."""

import pytest

from shared.kit.errors import PolicyInvalid
from shared.policy.sources import LONGEST_NAME, Source, read_policies

PERMIT = "permit (principal, action, resource);"


def read(text: str) -> str:
    return read_policies(Source("tenant/mine", text))[0].name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r'@because("no\0 way")' + PERMIT, "its @because has"),
        (r'@because("no \u{202e}way")' + PERMIT, r"its @because has .*U\+202E"),
        (r'@log("a\u{200b}b")' + PERMIT, "its @log has"),
        (r'@anything("\u{202e}")' + PERMIT, "its @anything has"),
        (r'permit (principal == Principal::"ann\u{202e}", action, resource);',
         "an entity's id has"),
        (r'permit (principal, action, resource) unless { principal == Principal::"a\u{0}" };',
         "an entity's id has"),
        (r'@id("a\u{202e}b")' + PERMIT, "its @id must be small letters"),
        ('@id("Shown As")' + PERMIT, "its @id must be small letters"),
        ('@id("a/b")' + PERMIT, "its @id must be small letters"),
        ("@id " + PERMIT, "its @id must be small letters"),
        (f'@id("{"a" * 7_900}")' + PERMIT, f".*at most {LONGEST_NAME} characters"),
        (f'@log("{"a" * 121}")' + PERMIT, "its @log has 121 characters; write at most 120"),
        (f'@because("{"a" * 501}")' + PERMIT, "its @because has 501 characters; write at most 500"),
    ],
)  # fmt: skip
def test_what_leaves_with_a_decision_is_plain_and_short(text: str, said: str) -> None:
    with pytest.raises(PolicyInvalid, match=f"^tenant/mine/0: {said}"):
        read(text)


def test_a_policy_is_named_by_its_id_or_its_number() -> None:
    id = "a" * LONGEST_NAME
    assert read(f'@id("{id}") @because("nein, müller geht vor")' + PERMIT) == f"tenant/mine/{id}"
    assert read(PERMIT) == "tenant/mine/0"
