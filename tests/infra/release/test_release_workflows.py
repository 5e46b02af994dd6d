"""What the workflows promise, and that what they call exists."""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.infra.release.conftest import ROOT

WORKFLOWS = {path.name: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}
ENVIRONMENTS = {"dev", "staging", "prod"}

_OWN = re.compile(r"\./\.github/workflows/[a-z]+\.yml")
_PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
_VERSION = "version=$(sed"


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


def test_every_action_is_pinned_by_a_commit_whose_version_is_said(workflow: str) -> None:
    named = re.findall(r"^\s*(?:- )?uses: (.*)$", WORKFLOWS[workflow].read_text(), re.MULTILINE)
    assert named
    for action in named:
        assert _OWN.fullmatch(action) or _PINNED.fullmatch(action), action


def test_an_action_is_of_the_same_commit_everywhere() -> None:
    pins = {step["uses"] for name in WORKFLOWS for step in _steps(name) if "uses" in step}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


def test_no_job_has_more_rights_than_it_names(workflow: str) -> None:
    assert _read(workflow)["permissions"] in ({}, {"contents": "read"})
    rights = {"contents": "read", "id-token": "write"}
    for job in _jobs(workflow).values():
        assert job.get("permissions", {}).items() <= rights.items()


def _jobs_that_sign_in() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for workflow in WORKFLOWS:
        for name, job in _jobs(workflow).items():
            if "id-token" in job.get("permissions", {}):
                yield workflow, name, job


def test_only_the_deployments_may_sign_in() -> None:
    found = {(workflow, name) for workflow, name, _ in _jobs_that_sign_in()}
    releases = {("release.yml", environment) for environment in ENVIRONMENTS}
    assert found == {("deploy.yml", "deploy"), *releases}


def test_only_protected_main_and_protected_tags_are_deployed() -> None:
    refs = ("refs/heads/main", "refs/tags/v1.2.0", "refs/heads/v1", "refs/pull/7/merge")
    allowed = {
        (workflow, environment, ref)
        for workflow, name, job in _jobs_that_sign_in()
        for environment in (ENVIRONMENTS if name == "deploy" else {name})
        for ref in refs
        if _holds(job["if"], environment=environment, ref=ref, protected=True)
    }
    assert allowed == {
        (workflow, environment, "refs/heads/main" if environment == "dev" else "refs/tags/v1.2.0")
        for workflow in ("deploy.yml", "release.yml")
        for environment in ENVIRONMENTS
    }
    for _, name, job in _jobs_that_sign_in():
        for environment in (*ENVIRONMENTS, "", "production"):
            for ref in refs:
                assert not _holds(job["if"], environment=environment, ref=ref, protected=False)
        for environment in ("", "stag", "other") if name == "deploy" else ():
            assert not _holds(job["if"], environment=environment, ref=refs[1], protected=True)


def _holds(condition: str, *, environment: str, ref: str, protected: bool) -> bool:
    """What the runner finds of a job's `if`, which has only these names and functions."""
    python = condition.replace("&&", " and ").replace("||", " or ")
    for name, value in (
        ("github.ref_protected", protected),
        ("github.ref", ref),
        ("inputs.environment", environment),
        ("vars.RELEASES", "on"),
    ):
        python = python.replace(name, repr(value))
    functions = {"startsWith": str.startswith, "__builtins__": {}}
    return bool(eval(python, functions))


def test_a_job_that_may_sign_in_does_nothing_but_deploy() -> None:
    for _, _, job in _jobs_that_sign_in():
        if "uses" in job:
            assert job["uses"] == "./.github/workflows/deploy.yml"
    (deploy,) = _jobs("deploy.yml").values()
    actions = {step["uses"].partition("@")[0] for step in deploy["steps"] if "uses" in step}
    assert actions == {
        *("actions/checkout", "actions/setup-python"),
        *("google-github-actions/auth", "google-github-actions/setup-gcloud"),
    }
    # What another job wrote into a cache would run with this job's identity.
    assert not any("cache" in name for step in deploy["steps"] for name in step.get("with", {}))
    commands = [line for step in deploy["steps"] for line in step.get("run", "").splitlines()]
    assert set(re.findall(r"\bmake ([a-z-]+)", "\n".join(commands))) == {"setup"}
    modules = set(re.findall(r"python -m ([\w.]+)", "\n".join(commands)))
    assert modules == {"infra.release"}
    programs = {line.split()[0] for line in commands if not line.startswith(" ")}
    assert programs <= {"make", "echo", "pulumi", "curl", "tar", ".venv/bin/python", _VERSION}


def test_everything_is_installed_before_the_job_signs_in() -> None:
    steps = _steps("deploy.yml")
    signs_in = next(n for n, step in enumerate(steps) if "/auth@" in step.get("uses", ""))
    for word in ("make setup", "curl"):
        (place,) = (n for n, step in enumerate(steps) if word in step.get("run", ""))
        assert place < signs_in


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
        assert "uses" in job or job["timeout-minutes"] <= (120 if workflow == "nightly.yml" else 60)


def test_every_job_that_is_waited_for_exists(workflow: str) -> None:
    jobs = _jobs(workflow)
    for job in jobs.values():
        needs = job.get("needs", [])
        assert ({needs} if isinstance(needs, str) else set(needs)) <= set(jobs)


def test_every_make_target_and_module_that_is_called_exists(workflow: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    each_of = [job.get("strategy", {}).get("matrix", {}) for job in _jobs(workflow).values()]
    matrices = {target for matrix in each_of for target in matrix.get("target", ())}
    assert {*re.findall(r"\bmake ([a-z-]+)", _commands(workflow)), *matrices} <= targets
    for module in re.findall(r"python -m ([\w.]+)", _commands(workflow)):
        assert find_spec(module) is not None, module


def test_nothing_is_skipped_at_night_for_want_of_the_small_language_model() -> None:
    commands = [step["run"] for step in _steps("nightly.yml") if "run" in step]
    assert commands == ["make language", "make ${{ matrix.target }}"]


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
    assert "refs/tags/v" in jobs["merged"]["if"]


def test_what_serves_is_remembered_before_and_watched_after_the_deployment() -> None:
    commands = _commands("deploy.yml")
    steps = ("release remember", "pulumi up", "release newest", "release watch")
    places = [commands.index(words) for words in steps]
    assert places == sorted(places)


def test_the_pulumi_command_is_of_the_locked_version() -> None:
    (script,) = (step["run"] for step in _steps("deploy.yml") if "curl" in step.get("run", ""))
    (asked,) = re.findall(r"^version=\$\((.*)\)$", script, re.MULTILINE)
    found = subprocess.run(["bash", "-c", asked], cwd=ROOT, capture_output=True, check=True)
    assert found.stdout.decode().strip() == version("pulumi")
    assert "https://get.pulumi.com/releases/sdk/pulumi-v$version-linux-x64.tar.gz" in script


def test_the_python_that_is_deployed_with_is_the_one_that_is_deployed() -> None:
    versions = {
        step["with"]["python-version"]
        for name in WORKFLOWS
        for step in _steps(name)
        if "python-version" in step.get("with", {})
    }
    from infra.archive import PYTHON_VERSION

    assert versions == {PYTHON_VERSION}
