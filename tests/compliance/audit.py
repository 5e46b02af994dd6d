"""All areas of the audit, in the order they are shown."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.compliance import asvs, constitution
from tests.compliance.area import Area
from tests.compliance.collection import collected_tests, missing_tests, run_by_make
from tests.compliance.dependencies import audit_dependencies
from tests.compliance.leaked_secrets import audit_secrets
from tests.compliance.licences import audit_licences
from tests.compliance.pages import is_current
from tests.compliance.policy import load_policy
from tests.compliance.structure import audit_structure


def audit(root: Path, today: date) -> list[Area]:
    """What each area found in the checkout at `root`."""
    policy = load_policy()
    return [
        audit_dependencies(root, policy, today),
        audit_secrets(root, policy),
        audit_licences(root, policy),
        *audit_tables(root),
    ]


def audit_tables(root: Path) -> list[Area]:
    """What needs nothing but the checkout: the tables, and that every test they name is run."""
    policy, claims = load_policy(), constitution.read_claims(root)
    standard = asvs.read_standard(root)
    domain = (root / constitution.DOMAIN).read_text(encoding="utf-8")
    of_claims = [test for claim in claims for test in claim.tests]
    of_lines = [test for line in standard.line for test in line.tests]
    of_structure = [test for claim in policy.structure for test in claim.tests]
    collected = collected_tests(root, [*of_claims, *of_lines, *of_structure])
    folders = run_by_make((root / "Makefile").read_text(encoding="utf-8"))

    def missing(tests: Iterable[str]) -> list[str]:
        return missing_tests(tests, collected, folders)

    named = {line.page.partition("#")[0] for line in standard.line if line.page}
    absent = sorted(page for page in named if not (root / page).is_file())
    return [
        constitution.judge(
            claims,
            constitution.read_invariants(domain),
            missing(of_claims),
            current=is_current(root, constitution.PAGE),
        ),
        asvs.judge(standard, missing(of_lines), absent, current=is_current(root, asvs.PAGE)),
        audit_structure(root, policy, missing(of_structure)),
    ]
