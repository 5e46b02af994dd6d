"""`python -m infra.packaging`."""

from pathlib import Path

import pytest

from infra.packaging.__main__ import main
from tests.infra.packaging.conftest import ROOT


def test_it_builds_what_is_named_and_tells_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit-reactions", "--into", str(tmp_path)], ROOT) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["audit-reactions.zip"]
    assert "sha256" in capsys.readouterr().out


def test_a_deployable_that_no_manifest_declares_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["oracle", "--into", str(tmp_path)], ROOT) == 1
    assert capsys.readouterr().err == "no manifest declares oracle\n"
