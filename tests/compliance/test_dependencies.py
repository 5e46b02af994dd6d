"""Of dependencies it is said what is known, and what is not known is not called well."""

from datetime import date

from tests.compliance.area import Area, exit_status
from tests.compliance.dependencies import judge
from tests.compliance.policy import AcceptedVulnerability, Policy

TODAY = date(2026, 11, 20)
NOTHING = Policy(licences=())
HOLE = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.0"]}


def _report(*packages: dict[str, object]) -> dict[str, object]:
    return {"dependencies": list(packages)}


def _package(name: str, *holes: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", "vulns": list(holes)}


def _accepting(until: date) -> Policy:
    accepted = AcceptedVulnerability(
        id="CVE-2026-1", reason="we never call the function it is in", until=until
    )
    return Policy(licences=(), vulnerabilities=(accepted,))


def test_packages_without_a_known_hole_pass() -> None:
    found = judge(_report(_package("a"), _package("b")), NOTHING, TODAY)
    assert (found.passed, found.verdict) == (2, "holds")


def test_a_vulnerability_is_wrong_until_it_is_accepted() -> None:
    report = _report(_package("a", HOLE), _package("b"))
    found = judge(report, NOTHING, TODAY)
    assert found.wrong == ("a 1.0: PYSEC-2026-1, fixed in 2.0",)
    assert exit_status([found], offline=True) == 1
    accepted = judge(report, _accepting(TODAY), TODAY)
    assert (accepted.wrong, len(accepted.unmet)) == ((), 1)


def test_an_acceptance_ends_on_its_day() -> None:
    found = judge(_report(_package("a", HOLE)), _accepting(date(2026, 11, 19)), TODAY)
    assert found.verdict == "fails"


def test_what_the_service_does_not_know_is_not_checked() -> None:
    skipped: dict[str, object] = {"name": "b", "skip_reason": "Dependency not found"}
    found = judge(_report(_package("a"), skipped), NOTHING, TODAY)
    assert (found.passed, found.verdict) == (1, "not checked")
    assert exit_status([found], offline=False) == 2
    assert exit_status([found], offline=True) == 0


def test_an_empty_report_is_not_checked() -> None:
    assert judge(_report(), NOTHING, TODAY).verdict == "not checked"


def test_what_is_known_not_to_be_met_stays_visible_and_fails_nothing() -> None:
    area = Area("a", passed=1, unmet=("one thing",))
    assert (area.verdict, exit_status([area], offline=False)) == ("holds, 1 not met", 0)
    assert area.as_json()["not_met"] == ["one thing"]
