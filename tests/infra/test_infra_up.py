"""`pulumi up` finds its program, its settings and the checkout's modules."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from infra.preview.graph import ROOT, graph_of_stack
from infra.settings import settings_of_stack
from tests.infra.stacks import STACKS

PROJECT: dict[str, Any] = YAML(typ="safe").load(ROOT / "Pulumi.yaml")

# What Pulumi's language host does with a project: it changes to the folder of `main`, puts it on
# the path as ".", and runs it (https://github.com/pulumi/pulumi/issues/3635).
_HOST = """
import asyncio, json, os, runpy, sys
import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

class Anything(mocks.Mocks):
    def __init__(self):
        self.types = []
    def call(self, args):
        return {"number": "1"}
    def new_resource(self, args):
        self.types.append(args.typ)
        return args.name, args.inputs

anything = Anything()
asyncio.set_event_loop(asyncio.new_event_loop())
mocks.set_mocks(anything, project="assent", stack=sys.argv[1])
sys.path.insert(0, ".")
asyncio.get_event_loop().run_until_complete(
    run_pulumi_func(lambda: runpy.run_path(".", run_name="__main__"))
)
json.dump(anything.types, sys.stdout)
"""


def run_as_pulumi_does(
    tmp_path: Path, stack: str, **changed: Any
) -> "subprocess.CompletedProcess[str]":
    host = tmp_path / "host.py"
    host.write_text(_HOST)
    config = YAML(typ="safe").load(ROOT / f"Pulumi.{stack}.yaml")["config"] | changed
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
    return subprocess.run(
        [sys.executable, str(host), stack],
        cwd=ROOT / str(PROJECT["main"]),
        env={"PATH": os.environ["PATH"], "PULUMI_CONFIG": json.dumps(texts)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_the_program_runs_where_pulumi_runs_it(tmp_path: Path) -> None:
    done = run_as_pulumi_does(tmp_path, "dev")
    assert done.returncode == 0, done.stderr
    registered = Counter(
        type for type in json.loads(done.stdout) if not type.startswith("assent:infra:")
    )
    assert registered == Counter(each.type for each in graph_of_stack("dev").resources)


def test_a_refused_stack_stops_the_program(tmp_path: Path) -> None:
    done = run_as_pulumi_does(tmp_path, "prod", **{"assent:sql_backups": False})
    assert done.returncode != 0
    assert "sql_backups: off in prod" in done.stderr


def test_the_folder_that_pulumi_puts_on_the_path_hides_nothing() -> None:
    names = {file.name for file in (ROOT / str(PROJECT["main"])).iterdir()} - {"__pycache__"}
    assert names == {"__init__.py", "__main__.py"}


def test_pulumi_uses_the_checkouts_virtualenv() -> None:
    assert PROJECT["runtime"] == {
        "name": "python",
        "options": {"toolchain": "pip", "virtualenv": ".venv"},
    }


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_reads_the_same_with_and_without_pulumi(
    stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from infra.settings import load_settings

    config = YAML(typ="safe").load(ROOT / f"Pulumi.{stack}.yaml")["config"]
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
    # The project's name is Pulumi's to know; outside of it, settings are those of "project".
    texts |= {key.replace("assent:", "project:"): value for key, value in texts.items()}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(texts))
    assert load_settings() == settings_of_stack(ROOT, stack)
