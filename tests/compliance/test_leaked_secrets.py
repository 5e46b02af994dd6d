"""What looks like a secret is found wherever it is, until somebody has said what it is."""

from pathlib import Path

from tests.compliance.leaked_secrets import Suspect, audit_secrets, judge, scan
from tests.compliance.policy import Policy, ReviewedSecret

# Made up here, in two parts, so that this file holds none.
PLANTED = "ghp_" + "x7Kq2ZrT9mWc4VbN8sLd3FhJ6pYg1RtEu5Aa"


def _reviewing(file: str, *hashes: str) -> Policy:
    entry = ReviewedSecret(file=file, reason="an example in a page", hashes=hashes)
    return Policy(licences=(), secrets=(entry,))


def test_a_planted_secret_is_found(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text(f'GITHUB = "{PLANTED}"\n')
    (tmp_path / "clean.py").write_text("ANSWER = 42\n")
    found = scan(tmp_path, ["settings.py", "clean.py"])
    area = judge(found, Policy(licences=()), 2)
    assert {suspect.file for suspect in found} == {"settings.py"}
    assert (area.passed, area.verdict) == (1, "fails")
    assert PLANTED not in "".join(area.wrong)


def test_a_shape_that_no_secret_has_is_none_and_what_resembles_it_still_is(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        f'SECRET = "gcp:secretmanager/secret:Secret"\nTOKEN = "{PLANTED}"\n'
    )
    found = scan(tmp_path, ["program.py"], [r"gcp:\w+/\w+:\w+"])
    assert {suspect.line for suspect in found} == {2}


def test_what_was_reviewed_passes_in_its_file_only() -> None:
    here, elsewhere = Suspect("a.md", 3, "Hex", "h1"), Suspect("b.md", 9, "Hex", "h1")
    policy = _reviewing("a.md", "h1")
    assert judge([here], policy, 2).verdict == "holds"
    assert judge([here, elsewhere], policy, 2).wrong == ("b.md:9: Hex (h1)",)


def test_another_secret_in_a_reviewed_file_is_found() -> None:
    found = [Suspect("a.md", 3, "Hex", "h1"), Suspect("a.md", 4, "Hex", "h2")]
    assert judge(found, _reviewing("a.md", "h1"), 1).wrong == ("a.md:4: Hex (h2)",)


def test_a_review_of_what_is_gone_is_found() -> None:
    assert judge([], _reviewing("a.md", "h1"), 1).verdict == "fails"


def test_what_git_does_not_know_is_not_checked(tmp_path: Path) -> None:
    assert audit_secrets(tmp_path, Policy(licences=())).verdict == "not checked"
