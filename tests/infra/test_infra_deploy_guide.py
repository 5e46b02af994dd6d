"""docs/guides/deploy.md is true of the program: what it names exists, and its calls work."""

import io
import os
import re
import runpy
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from emulators.running import RunningPlatform
from infra.database import ADMIN_DSN
from infra.preview.graph import ROOT
from infra.release.verdict import MOST_ERRORS
from infra.settings import Settings, stacks_of
from infra.sql import DATABASE, INSTANCE
from shared.manifest import load_manifests
from tests.docs.answers import Answers

GUIDE = (ROOT / "docs" / "guides" / "deploy.md").read_text()
WORKFLOWS = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _blocks(language: str) -> list[str]:
    return [text for kind, text in _FENCE.findall(GUIDE) if kind == language]


def _modules() -> Iterator[tuple[str, list[str]]]:
    """Each `python -m module` of the guide, with the words that follow on its line."""
    for line in "\n".join([*_blocks(""), *_blocks("bash")]).splitlines():
        for module, rest in re.findall(r"python -m (infra[\w.]*)([^;>#`]*)", line):
            yield module, shlex.split(rest)


def test_every_module_takes_the_options_that_the_guide_gives_it() -> None:
    called = list(_modules())
    assert {"infra.tokens", "infra.keys", "infra.database", "infra.release"} <= dict(called).keys()
    for module, words in called:
        steps = [word for word in words[:1] if not word.startswith("-")]
        helped = _help(module, *steps) + _help(module)
        for option in (word for word in words if word.startswith("--")):
            assert option in helped, f"{module} {' '.join(words)}"


@cache
def _help(module: str, *steps: str) -> str:
    """What `python -m module --help` prints: asked here, where most of it is imported already."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as process, warnings.catch_warnings(), redirect_stdout(said):
        warnings.simplefilter("ignore", RuntimeWarning)
        process.setattr(sys, "argv", [module, *steps, "--help"])
        process.setenv(ADMIN_DSN, "postgresql://nowhere.invalid/none")
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    assert not ended.value.code
    return said.getvalue()


def test_every_configuration_key_is_one_that_the_program_reads() -> None:
    own = set(re.findall(r"\bassent:(\w+)", GUIDE))
    assert {"issuer", "jwks_url", "public_functions"} <= own
    assert own <= set(Settings.model_fields)


def test_every_stack_and_variable_is_the_workflows() -> None:
    assert {f"Pulumi.{name}.yaml" for name in stacks_of(ROOT)} <= set(
        re.findall(r"Pulumi\.\w+\.yaml", GUIDE)
    )
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE))
    assert named == set(re.findall(r"vars\.([A-Z_]+)", WORKFLOWS))


def _trust(stack: str, tmp_path: Path) -> tuple[str, str]:
    """The condition under which the cloud accepts a job's token, and whom it lets deploy, as the
    guide's own commands say it for that stack."""
    (block,) = (text for text in _blocks("") if "workload-identity-pools providers" in text)
    gcloud = tmp_path / "gcloud"
    gcloud.write_text('#!/bin/bash\nprintf "%s\\n" "$@" >> "$CALLS"\necho 123\n')
    gcloud.chmod(0o755)
    calls = tmp_path / f"calls-{stack}"
    named = {"PROJECT": "assent-x", "STACK": stack, "CALLS": str(calls)}
    named["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["bash", "-euc", block], env=named, check=True, capture_output=True)
    said = dict(
        line.removeprefix("--").split("=", 1)
        for line in calls.read_text().splitlines()
        if line.startswith(("--attribute-condition=", "--member=principalSet"))
    )
    return said["attribute-condition"], said["member"]


def _accepts(condition: str, claims: Mapping[str, str]) -> bool:
    """What the cloud finds of a condition, which has only claims, `==`, `+` and `startsWith`."""
    python = condition.replace("&&", "and").replace(".startsWith(", ".startswith(")
    python = re.sub(r"assertion\.(\w+)", r"claims['\1']", python)
    return bool(eval(python, {"claims": claims, "__builtins__": {}}))


def _claims(stack: str, ref: str, **others: str) -> dict[str, str]:
    """Of a job of deploy.yml on that reference."""
    return {
        "repository": "owner/name",
        "environment": stack,
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "ref_protected": "true",
        "job_workflow_ref": f"owner/name/.github/workflows/deploy.yml@{ref}",
        **others,
    }


@pytest.mark.parametrize(
    ("stack", "ref"),
    [("dev", "refs/heads/main"), ("staging", "refs/tags/v1"), ("prod", "refs/tags/v1")],
)
def test_only_released_references_of_this_repository_may_deploy(
    stack: str, ref: str, tmp_path: Path
) -> None:
    condition, member = _trust(stack, tmp_path)
    assert _accepts(condition, _claims(stack, ref))
    others = ("refs/heads/main", "refs/heads/main2", "refs/tags/v1", "refs/tags/x", "refs/heads/v1")
    for other in others:
        assert _accepts(condition, _claims(stack, other)) == (other == ref)
    stolen = "owner/name/.github/workflows/other.yml"
    for claims in (
        {"repository": "owner/fork"},
        {"environment": "other"},
        {"ref_protected": "false"},
        {"job_workflow_ref": f"{stolen}@{ref}"},
        {"job_workflow_ref": "owner/name/.github/workflows/deploy.yml@refs/heads/feature"},
    ):
        assert not _accepts(condition, _claims(stack, ref, **claims)), claims
    # Not by the subject: that of a repository made after June 2026 has numbers in it
    # (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens).
    kind = "branch" if stack == "dev" else "tag"
    assert member.endswith(f"/attribute.releases/owner/name/{stack}/{kind}")


def test_every_resource_is_called_as_the_program_calls_it() -> None:
    assert f"--instance={INSTANCE} " in GUIDE
    assert f"$PROJECT:$REGION:{INSTANCE} " in GUIDE
    assert f"{ADMIN_DSN}=postgresql://postgres@127.0.0.1:5433/{DATABASE} " in GUIDE
    (service,) = re.findall(r"update-traffic ([\w-]+)", GUIDE)
    assert service in {each.name for each in load_manifests(ROOT).deployables}
    assert f"more than {MOST_ERRORS:.0%}".replace("%", " %") in " ".join(GUIDE.split())


@pytest.mark.nightly
@pytest.mark.platform
def test_the_first_agent_is_submitted_approved_and_live_as_the_guide_says(
    running: RunningPlatform, tmp_path: Path
) -> None:
    story = "set -euo pipefail\n" + "\n".join(_blocks("bash"))
    people = re.findall(r'\$\(token (\w+) (\w+) "([^"]+)"\)', GUIDE)
    tokens = {
        role.upper(): running.client.token(principal, "first", scopes=scopes.split(), roles=[role])
        for principal, role, scopes in people
    }
    done = subprocess.run(
        ["bash", "-c", story],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOST": running.url, **tokens},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"status": "live"' in done.stdout
    assert "'by': 'gala'" in done.stdout


@pytest.mark.nightly
@pytest.mark.platform
def test_a_call_without_a_token_is_answered_as_the_guide_prints(running: RunningPlatform) -> None:
    (command,) = (text for text in _blocks("") if "curl -si" in text)
    (shown,) = _blocks("text")
    done = subprocess.run(
        ["bash", "-euc", command.replace("https://$PROJECT.web.app", running.url)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    here = shown.replace("HTTP/2 401", "HTTP/1.1 401 Unauthorized")
    assert Answers().differences(here, done.stdout) == []
