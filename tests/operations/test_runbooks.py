"""The runbooks are found, are alike, and say nothing that is not there."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.kit.secret_names import CREDENTIAL, secrets_of
from shared.manifest import load_manifests
from tests.compliance.collection import collected_tests
from tests.description import description
from tests.operations.conftest import ROOT

FOLDER = ROOT / "docs" / "runbooks"
SLOS = ROOT / "docs" / "operations" / "slos.md"
# The engineer of backups writes that page; its headings are its own.
OWN_FORM = ("README.md", "restore.md")
HEADINGS = [
    "What leads here",
    "How bad is it",
    "The first five minutes",
    "In order",
    "It is over when",
    "Write down",
]
ASKED_FOR = {
    *("deploy", "roll-back", "dead-letters", "stuck-case", "stuck-run"),
    *("compromised-key", "restore", "region-loss", "cost-spike", "broken-audit"),
    *("changed-connector", "doubtful-outcome", "provider-down"),
    *("stripe-webhooks-stopped", "wrong-invoice", "unsorted-meter"),
}
_ROW = re.compile(r"^\| \[([a-z-]+)\]\(([a-z-]+)\.md\) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_FENCE = re.compile(r"^ *```(?:bash)?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_VENDOR = re.compile(r"^\| `(gcloud [a-z -]+)` \| (https://\S+) \|$", re.MULTILINE)
_GCLOUD = re.compile(r"(?:^|[;&|(]\s*)(gcloud(?: [a-z-]+)+)", re.MULTILINE)
_MODULE = re.compile(r"python -m ([a-z_.]+)(?: ([a-z-]+))?")
_CALL = re.compile(r"(?:-X ([A-Z]+) )?\"?(?:\$HOST|http://127\.0\.0\.1:8080)(/[^\"\s]+)")
_NAMED = re.compile(r"--(?:queue|service)=([a-z0-9-]+)|(?:jobs \w+|queues \w+) ([a-z][a-z0-9-]+)")


def test_a_lost_region_takes_no_secret_with_it() -> None:
    """The runbook copies by name what the program makes; what tenants store it lists itself."""
    commands = _commands(FOLDER / "region-loss.md")
    (copied,) = re.findall(r"for SECRET in ([a-z -]+);", commands)
    assert tuple(copied.split()) == secrets_of(load_manifests(ROOT).secrets)
    assert f"--filter=name:{CREDENTIAL}" in commands


def _pages() -> list[Path]:
    return sorted(page for page in FOLDER.glob("*.md") if page.name not in OWN_FORM)


def _commands(page: Path) -> str:
    return "\n".join(_FENCE.findall(page.read_text()))


@cache
def _shapes() -> set[tuple[str, str]]:
    """The method of each public call, and its path without names of parameters."""
    paths: dict[str, Any] = description()["paths"]
    return {(method.upper(), _shape(path)) for path in paths for method in paths[path]}


@cache
def _index() -> str:
    return (FOLDER / "README.md").read_text()


def _rows() -> dict[str, tuple[str, str]]:
    """Of each page of the index: what leads there, what practises it."""
    return {name: (leads, held) for name, _, leads, held in _ROW.findall(_index())}


def _alerts() -> Iterator[tuple[str, str]]:
    """Each alert of the objectives' page, with its runbook."""
    for line in SLOS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        runbook = re.match(r"\[?`?([a-z-]+)", cells[-1])
        if line.startswith("| `") and runbook is not None and runbook[1] in ASKED_FOR:
            yield from ((alert, runbook[1]) for alert in re.findall(r"`([a-z-]+)`", cells[0]))


def test_every_runbook_is_in_the_index_and_there() -> None:
    assert set(_rows()) == ASKED_FOR
    assert {page.stem for page in _pages()} == ASKED_FOR - {"restore"}


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_every_runbook_has_the_same_headings(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == HEADINGS


def test_every_alert_leads_to_a_runbook_whose_index_names_it() -> None:
    found = list(_alerts())
    assert len(found) >= 8
    for alert, runbook in found:
        assert f"`{alert}`" in _rows()[runbook][0], alert


@pytest.mark.nightly
def test_what_practises_a_runbook_is_collected() -> None:
    named = [test for _, held in _rows().values() for test in re.findall(r"`(tests/[^`]+)`", held)]
    found = collected_tests(ROOT, named)
    assert len(named) >= 6
    assert [name for name in named if not any(test.startswith(name) for test in found)] == []


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_every_command_of_the_vendor_was_looked_up(page: Path) -> None:
    looked_up = dict(_VENDOR.findall(_index()))
    for command in _GCLOUD.findall(_commands(page)):
        assert any(f"{command} ".startswith(f"{known} ") for known in looked_up), command
    for command, reference in looked_up.items():
        assert reference.endswith(command.removeprefix("gcloud ").replace(" ", "/"))


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_every_program_of_ours_is_there(page: Path) -> None:
    for module, step in _MODULE.findall(_commands(page)):
        found = importlib.util.find_spec(module)
        assert found is not None, module
        folder = Path(str(found.origin)).parent
        text = "".join(path.read_text() for path in folder.glob("*.py"))
        assert f'"{step}"' in text, f"{module} {step}"


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_every_call_of_an_api_is_there(page: Path) -> None:
    for method, path in _CALL.findall(_commands(page)):
        if not path.startswith("/_platform/"):
            assert (method or "GET", _shape(path)) in _shapes(), path


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_every_queue_job_and_service_has_the_name_it_is_deployed_under(page: Path) -> None:
    manifests = load_manifests(ROOT)
    known = {each.name for each in manifests.queues} | {each.name for each in manifests.schedules}
    known |= {each.name for each in manifests.deployables}
    text = _commands(page)
    named = {one or other for one, other in _NAMED.findall(text)}
    named |= set(" ".join(re.findall(r"for queue in ([a-z0-9 -]+);", text)).split())
    services = re.findall(r"gcloud run services update(?:-traffic)? ([a-z-]+)", text)
    assert {*named, *services} <= known


def _shape(path: str) -> str:
    """A path with its parameters, however they are written, as stars."""
    return re.sub(r"\{[^}]+\}|\$[A-Z]+", "*", path.partition("?")[0])
