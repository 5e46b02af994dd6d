"""The actions that need a feature are actions of routes."""

from shared.policy.platform import schema
from shared.quotas.features import NEEDS


def test_every_action_that_needs_a_feature_is_one_that_policies_are_asked_about() -> None:
    text = schema().text
    unknown = [each for each in NEEDS if f'"{each}"' not in text]
    assert unknown == []
