"""A release says what it no longer forbids of what an earlier one did."""

from pathlib import Path

import pytest

from functions.policy.weakening import main
from shared.policy.platform import platform_sources

NO_ASSENT = '@id("nobody") forbid (principal is Principal, action in Action::"assent", resource);'


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The platform's policies of this checkout, as files of an earlier release."""
    for source in platform_sources():
        (tmp_path / f"{Path(source.name).name}.cedar").write_text(source.text)
    return tmp_path


def test_the_same_policies_are_not_weaker(
    earlier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(earlier)]) == 0
    assert "forbids all" in capsys.readouterr().out


def test_a_forbid_that_is_gone_is_shown_with_a_request(
    earlier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (earlier / "gone.cedar").write_text(NO_ASSENT)
    assert main([str(earlier)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(
        "no longer forbidden by platform/gone/nobody, for example {" in each for each in lines
    )
    assert any(each.startswith("Principal approvals.approve Approval:") for each in lines), lines


@pytest.mark.parametrize("text", [None, "permit ("])
def test_what_cannot_be_compared_is_said(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "odd.cedar").write_text(text)
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err
