"""What the workflows promise, and that what they call exists."""

import re
from importlib.util import find_spec
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.infra.release.conftest import ROOT

WORKFLOWS = {path.name: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}
ENVIRONMENTS = {"dev", "staging", "prod"}


def _read(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(WORKFLOWS[name]))


def _jobs(name: str) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = _read(name)["jobs"]
    return jobs


def _steps(name: str) -> list[dict[str, Any]]:
    return [step for job in _jobs(name).values() for step in job.get("steps", ())]


def _commands(name: str) -> str:
    return "\n".join(step["run"] for step in _steps(name) if "run" in step)


@pytest.fixture(params=sorted(WORKFLOWS))
def workflow(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_action_is_pinned(workflow: str) -> None:
    for step in _steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w./-]+@(v\d+|[0-9a-f]{40})", step["uses"])


def test_no_job_has_more_rights_than_it_names(workflow: str) -> None:
    assert _read(workflow)["permissions"] in ({}, {"contents": "read"})
    rights = {"contents": "read", "id-token": "write"}
    for job in _jobs(workflow).values():
        assert job.get("permissions", {}).items() <= rights.items()


def test_no_long_lived_key_is_used(workflow: str) -> None:
    text = WORKFLOWS[workflow].read_text()
    assert "secrets." not in text
    assert "credentials_json" not in text


def test_no_checkout_leaves_its_token_behind(workflow: str) -> None:
    for step in _steps(workflow):
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_every_job_has_a_limit(workflow: str) -> None:
    for job in _jobs(workflow).values():
        assert "uses" in job or job["timeout-minutes"] <= 60


def test_every_job_that_is_waited_for_exists(workflow: str) -> None:
    jobs = _jobs(workflow)
    for job in jobs.values():
        needs = job.get("needs", [])
        assert ({needs} if isinstance(needs, str) else set(needs)) <= set(jobs)


def test_every_make_target_and_module_that_is_called_exists(workflow: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", _commands(workflow))) <= targets
    for module in re.findall(r"python -m ([\w.]+)", _commands(workflow)):
        assert find_spec(module) is not None, module


def test_each_environment_is_deployed_once_and_is_a_stack() -> None:
    deployed = [
        job["with"]["environment"] for job in _jobs("release.yml").values() if "with" in job
    ]
    assert sorted(deployed) == sorted(ENVIRONMENTS)
    assert {f"Pulumi.{name}.yaml" for name in ENVIRONMENTS} <= {
        path.name for path in ROOT.glob("Pulumi.*.yaml")
    }


def test_nothing_is_deployed_before_its_checks_and_prod_not_before_staging() -> None:
    jobs = _jobs("release.yml")
    assert jobs["dev"]["needs"] == "checks"
    assert set(jobs["staging"]["needs"]) == {"checks", "merged"}
    assert jobs["prod"]["needs"] == "staging"
    for first in ("dev", "merged"):
        assert jobs[first]["if"].startswith("vars.RELEASES == 'on' && ")
    assert "refs/heads/main" in jobs["dev"]["if"]
    assert "refs/tags/v" in jobs["merged"]["if"]


def test_what_serves_is_remembered_before_and_watched_after_the_deployment() -> None:
    commands = _commands("deploy.yml")
    steps = ("release remember", "pulumi up", "release newest", "release watch")
    places = [commands.index(words) for words in steps]
    assert places == sorted(places)


def test_the_pulumi_command_is_of_the_locked_version() -> None:
    installed = [
        s["with"]["pulumi-version"]
        for s in _steps("deploy.yml")
        if "pulumi-version" in s.get("with", {})
    ]
    assert f"\npulumi=={installed[0]} " in (ROOT / "requirements" / "dev.txt").read_text()


def test_the_python_that_is_deployed_with_is_the_one_that_is_deployed() -> None:
    versions = {
        step["with"]["python-version"]
        for name in WORKFLOWS
        for step in _steps(name)
        if "python-version" in step.get("with", {})
    }
    from infra.archive import PYTHON_VERSION

    assert versions == {PYTHON_VERSION}
