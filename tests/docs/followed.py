"""Follows a guide as its reader would, against a running platform: saves the files that it shows,
runs its commands in one shell, in their order, and compares every answer that it prints."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from emulators.ports import page_url
from emulators.running import RunningPlatform
from tests.docs.answers import Answers
from tests.scratch import ROOT

GUIDES = ROOT / "docs" / "guides"
COMMANDS, FILES, ANSWERS = ("", "bash"), ("yaml", "markdown"), ("json", "text")
_ADDRESS = "http://127.0.0.1:8080"
# The tenant that the readers are people of: in a request for a token, and as an entity of Cedar.
_TENANTS = ('"tenant": "guide"', '"type": "Tenant", "id": "guide"')
_BLOCK = re.compile(r"(.*?)^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"`([\w.-]+\.(?:yaml|md))`[^`]*\Z")
_SECTION = re.compile(r"^(?=\w)", re.MULTILINE)
_END = "\x1e"


class Step(NamedTuple):
    """Commands, and what the page says that they print."""

    commands: str
    answer: str | None = None


def steps_of(page: str) -> list[Step]:
    """The steps of a page; what it says to save is a command that saves it. Of a file that is there
    already, a block replaces the sections that it shows."""
    steps: list[Step] = []
    files: dict[str, str] = {}
    for prose, language, text in _BLOCK.findall(page):
        if language in ANSWERS:
            assert steps, f"nothing asks for the answer {text}"
            assert steps[-1].answer is None, f"two answers to {steps[-1].commands}"
            steps[-1] = steps[-1]._replace(answer=text)
        elif language in FILES:
            named = _NAMED.search(prose)
            assert named, f"the page does not say where to save {text}"
            files[named[1]] = _with_sections(files.get(named[1], ""), text)
            steps.append(Step(f"cat > {named[1]} <<'END'\n{files[named[1]]}END\n"))
        elif language in COMMANDS:
            steps.append(Step(text))
    return steps


def differences(page: str, running: RunningPlatform, folder: Path) -> list[str]:
    """What is different about the answers that the page prints, after following it in that folder,
    as a tenant of its own. Raises AssertionError where a command fails."""
    steps = steps_of((GUIDES / page).read_text(encoding="utf-8"))
    script = "".join(f"{step.commands}printf '\\n{_END}'\n" for step in steps)
    tenant = page.removesuffix(".md")
    own = {each: each.replace("guide", tenant) for each in _TENANTS}
    own |= {_ADDRESS: running.url, page_url(_ADDRESS): page_url(running.url)}
    for name, value in own.items():
        script = script.replace(name, value)
    (folder / "emulators").symlink_to(ROOT / "emulators")
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{script}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = Answers()
    printed = done.stdout.split(_END)
    return [
        f"{step.commands.strip()}: {told}"
        for step, answer in zip(steps, printed, strict=False)
        for told in answers.differences(step.answer or "", answer if step.answer else "")
    ]


def _with_sections(before: str, text: str) -> str:
    sections = {
        part.partition(":")[0]: part
        for whole in (before, text)
        for part in _SECTION.split(whole)
        if part.strip()
    }
    return "".join(sections.values())
