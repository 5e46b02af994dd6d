"""The checker sees what the governor is shown wrongly, and a run that came to no good end."""

import pytest

from tests.chaos.checker.evidence import kept
from tests.chaos.sample.doctor import caught_by, tenant_of
from tests.chaos.sample.story import evidence


@pytest.mark.parametrize("field", ["status", "version", "decided_by"])
def test_a_card_that_shows_something_else_is_seen(field: str) -> None:
    found = evidence()
    tenant_of(found).shown["apr_1"][field] = "something else"
    assert caught_by(found) == {"the_governor_sees_every_approval"}


def test_a_card_that_is_not_shown_is_seen() -> None:
    found = evidence()
    del tenant_of(found).shown["apr_2"]
    assert caught_by(found) == {"the_governor_sees_every_approval"}


@pytest.mark.parametrize("field", ["status", "version", "case_id", "health"])
def test_an_agent_that_is_shown_as_something_else_is_seen(field: str) -> None:
    found = evidence()
    tenant_of(found).shown_agents["agt_1"][field] = "something else"
    assert caught_by(found) == {"the_governor_sees_every_agent"}


@pytest.mark.parametrize("field", ["rebuilt", "dead_letters", "surprises", "troubles"])
def test_what_the_run_itself_ran_into_counts(field: str) -> None:
    found = evidence()
    setattr(found, field, ["something"] if field in ("surprises", "troubles") else "something")
    assert len(caught_by(found)) == 1


def test_evidence_is_the_same_when_it_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    found = evidence()
    file = tmp_path_factory.mktemp("kept") / "evidence.json.gz"
    found.keep(file)
    assert kept(file) == found
