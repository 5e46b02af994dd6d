"""docs/guides/import-an-agent.md, followed to the letter."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from emulators.running import RunningPlatform
from functions.agents.service.imports import draft_spec
from shared.definitions import Format
from tests.scratch import ROOT

PAGE = (ROOT / "docs" / "guides" / "import-an-agent.md").read_text()

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(*languages: str) -> list[str]:
    return [text for kind, text in _FENCE.findall(PAGE) if kind in languages]


def test_the_draft_is_the_one_that_the_page_shows() -> None:
    (definition,) = blocks("markdown")
    draft: dict[str, Any] = json.loads(draft_spec("claude", definition, None).model_dump_json())
    assert draft["spec"]["rights"] == json.loads(blocks("json")[0])
    assert draft["ignored"] == ["model"]


def test_it_describes_every_format() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)) >= set(get_args(Format))


@pytest.mark.platform
def test_its_commands_print_what_it_shows_and_the_spec_passes_every_check(
    running: RunningPlatform, tmp_path: Path
) -> None:
    for name, language in (("changelog-keeper.md", "markdown"), ("changelog-keeper.yaml", "yaml")):
        (text,) = blocks(language)
        (tmp_path / name).write_text(text)
    author = running.client.token(
        "author", "importing", scopes=["agents:read", "agents:write"], roles=["author"]
    )
    done = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + "\n".join(blocks("bash"))],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "P": running.url, "AUTHOR": author},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "".join(blocks("json", "text"))
