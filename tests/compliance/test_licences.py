"""No package comes in under a licence nobody decided about."""

import re
from pathlib import Path

import pytest

from tests.compliance.licences import is_allowed, judge, licence_of, locked_packages
from tests.compliance.policy import LicenceException, Policy

ROOT = Path(__file__).parents[2]
LISTED = frozenset({"MIT", "Apache-2.0", "BSD-3-Clause"})


def _policy(*exceptions: LicenceException) -> Policy:
    return Policy(licences=tuple(LISTED), licence_exceptions=exceptions)


def _exception(package: str, licence: str) -> LicenceException:
    return LicenceException(package=package, licence=licence, reason="used by the tests only")


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 AND MIT", True),
        ("(GPL-3.0-only) OR (Apache-2.0 AND MIT)", True),
        ("", False),
    ],
)
def test_a_choice_is_enough_and_a_condition_is_not(expression: str, allowed: bool) -> None:
    assert is_allowed(expression, LISTED) is allowed


def test_a_planted_licence_is_found() -> None:
    found = judge({"good": "MIT", "viral": "AGPL-3.0-only"}, _policy())
    assert (found.passed, found.wrong) == (1, ("viral: AGPL-3.0-only",))


def test_a_package_that_does_not_say_is_found() -> None:
    assert judge({"silent": ""}, _policy()).verdict == "fails"


def test_an_exception_is_for_one_package_and_one_licence() -> None:
    policy = _policy(_exception("driver", "LGPL-3.0-only"))
    assert judge({"driver": "LGPL-3.0-only"}, policy).verdict == "holds"
    assert judge({"driver": "GPL-3.0-only"}, policy).verdict == "fails"


def test_an_exception_that_nothing_needs_is_found() -> None:
    policy = _policy(_exception("gone", "MPL-2.0"), _exception("fine", "MPL-2.0"))
    assert len(judge({"fine": "MIT"}, policy).wrong) == 2


def test_an_installed_package_says_its_licence() -> None:
    assert (licence_of("pytest"), licence_of("there-is-no-such-package")) == ("MIT", "")


def test_every_locked_package_is_pinned_by_hash() -> None:
    for name in ("runtime.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        pinned = [entry for entry in entries if "--hash=sha256:" in entry]
        assert pinned == entries, name
        # Some have one release for old Pythons and another for new ones.
        named = {re.split(r"[\[=]", entry)[0] for entry in entries}
        assert len(named) == len(locked_packages(text)), name
        assert "://" not in text
