"""`make preview` shows a stack, or why it is refused."""

from pathlib import Path

import pytest

from infra.preview import __main__ as preview
from infra.preview.graph import ROOT, graph_of_stack
from infra.preview.tables import KINDS


def test_every_resource_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert preview.main(["--stack", "dev"]) == 0
    shown = capsys.readouterr().out
    found = graph_of_stack("dev")
    titles = [line.strip() for line in shown.splitlines()]
    for each in found.manifests.deployables:
        own = sum(1 for one in found.resources if one.group == each.name)
        kind = "public" if each.public else "private"
        assert any(
            title.startswith(f"{each.name} ({kind}") and title.endswith(f": {own}")
            for title in titles
        )
    (total,) = (title for title in titles if title.startswith("all "))
    assert total.split() == ["all", str(len(found.resources))]


def test_what_the_program_warns_of_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    preview.main(["--stack", "dev"])
    assert "Warning:" in capsys.readouterr().out


def test_a_refused_stack_says_why_and_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / "Pulumi.prod.yaml").read_text()
    unsafe = (
        f"{text.rstrip()}\n  assent:sql_deletion_protection: false\n  assent:sql_backups: false\n"
    )
    (tmp_path / "Pulumi.prod.yaml").write_text(unsafe)
    monkeypatch.setattr(preview, "ROOT", tmp_path)
    assert preview.main(["--stack", "prod"]) == 1
    shown = capsys.readouterr().out
    assert "sql_deletion_protection: off in prod" in shown
    assert "sql_backups: off in prod" in shown


def test_every_kind_of_line_is_of_a_type_that_exists() -> None:
    types = {each.type for each in graph_of_stack("prod").resources}
    assert set(KINDS) <= types
