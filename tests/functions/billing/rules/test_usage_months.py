"""What the audit log is told of a closed section, whoever read its lines before."""

from datetime import UTC, datetime

from functions.billing.rules.usage_months import closed_sections
from shared.usage.proofs import UsageLine

CLOSED_AT = datetime(2026, 12, 1, 6, tzinfo=UTC)


def line(meter: str, section: int = 1, closed_at: datetime | None = CLOSED_AT) -> UsageLine:
    return UsageLine("2026-11", section, meter, 3, 1, 1, "1" * 64, closed_at, None)


def test_a_declared_meter_changes_nothing_of_what_is_told() -> None:
    ours = (line("executions"), line("tool_calls"))
    assert closed_sections((ours[0], line("pages"), ours[1])) == closed_sections(ours)
    (section,) = closed_sections(ours)
    assert (section.size, section.section) == (2, 1)


def test_a_section_of_declared_meters_alone_or_an_open_one_is_not_told() -> None:
    assert closed_sections((line("pages", 2), line("tool_calls", 3, None))) == ()
