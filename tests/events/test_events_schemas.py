"""Schemas are generated, committed, current, and never broken within a major version."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, JsonValue, create_model

from events import __main__ as command
from events.__main__ import SCHEMAS
from events.__main__ import rendered_schemas as render_schemas
from events.compatibility import breaking_changes

ROOT = Path(__file__).parents[2]
# To render them takes a second of a processor.
rendered_schemas = cache(render_schemas)


def test_the_committed_schemas_are_current() -> None:
    found = {file.name: file.read_text() for file in SCHEMAS.glob("*.json")}
    wanted = rendered_schemas()
    stale = [name for name, text in wanted.items() if found.get(name) != text]
    left = sorted(found.keys() - wanted.keys())
    assert (stale, left) == ([], []), "run make schemas"


def test_each_schema_names_its_type_and_topic() -> None:
    for name, text in rendered_schemas().items():
        schema = json.loads(text)
        assert name == f"{schema['x-type']}.json"
        assert schema["x-topic"]


def _base() -> str:
    """The commit whose schemas others may have built on: where this branch left the main one."""
    found = _git("merge-base", "HEAD", "origin/main")
    return found.stdout.strip() if found.returncode == 0 else "HEAD"


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )


def test_no_schema_is_broken_without_a_new_version() -> None:
    listed = _git("ls-tree", "--name-only", base := _base(), "events/schemas/")
    if listed.returncode != 0:
        pytest.skip("this checkout has no history to compare with")
    broken = {}
    for path in listed.stdout.split():
        file = ROOT / path
        committed = json.loads(_git("show", f"{base}:{path}").stdout)
        if file.exists() and (changes := breaking_changes(committed, json.loads(file.read_text()))):
            broken[file.name] = changes
    assert broken == {}, "publish a new .vN beside the old one"


class Inner(BaseModel):
    number: int
    note: str = ""


class State(BaseModel):
    id: str
    status: Literal["open", "closed"]
    inner: Inner
    lines: tuple[Inner, ...] = ()
    at: Inner | None = None
    content: JsonValue = None
    by_name: dict[str, int] = {}
    flag: bool = False


def _schema(**changes: Any) -> dict[str, Any]:
    """The state's schema with some fields defined anew; None takes one away."""
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in State.model_fields.items()
    }
    fields.update(changes)
    kept = {name: field for name, field in fields.items() if field is not None}
    model = create_model("State", **kept)
    return model.model_json_schema()


OLD = _schema()


def _other_inner(**changes: Any) -> Any:
    fields: dict[str, Any] = {"number": (int, ...), "note": (str, "")}
    fields.update(changes)
    return create_model("Inner", **{n: f for n, f in fields.items() if f is not None})


HARMLESS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a new optional field": {"more": (str, "")},
    "a new optional object": {"more": (Inner | None, None)},
    "a new value": {"status": (Literal["open", "closed", "lost"], ...)},
    "a required field with a default now": {"id": (str, "")},
    "a new optional field further in": {"inner": (_other_inner(more=(int, 0)), ...)},
}
BREAKING: dict[str, tuple[dict[str, Any], str]] = {
    "a removed field": ({"flag": None}, "flag: was removed"),
    "a removed required field": ({"id": None}, "id: was removed"),
    "a retyped field": ({"id": (int, ...)}, "id: was string, is integer"),
    "a field that may be null now": (
        {"id": (str | None, ...)},
        "id: was string, is null or string",
    ),
    "a field that may not be null now": ({"at": (Inner, ...)}, "at: is newly required"),
    "a new required field": ({"more": (str, ...)}, "more: is newly required"),
    "an optional field that is required now": ({"flag": (bool, ...)}, "flag: is newly required"),
    "a lost value": ({"status": (Literal["open"], ...)}, "status: no longer takes closed"),
    "a text that is one of few now": (
        {"id": (Literal["a", "b"], ...)},
        "id: takes only a, b",
    ),
    "a list instead of one": ({"inner": (list[Inner], ...)}, "inner: was object Inner, is array"),
    "an inner field removed": (
        {"inner": (_other_inner(note=None), ...)},
        "inner.note: was removed",
    ),
    "an inner field retyped in a list": (
        {"lines": (list[_other_inner(number=(str, ...))], [])},  # type: ignore[misc]
        "lines[].number: was integer, is string",
    ),
    "an inner field newly required behind null": (
        {"at": (_other_inner(more=(int, ...)) | None, None)},
        "at.more: is newly required",
    ),
    "other values by name": (
        {"by_name": (dict[str, str], {})},
        "by_name[]: was integer, is string",
    ),
    "anything that is a text now": ({"content": (str, "")}, "content: was anything, is string"),
}


@pytest.mark.parametrize("changes", HARMLESS.values(), ids=list(HARMLESS))
def test_what_readers_can_take_is_no_break(changes: dict[str, Any]) -> None:
    assert breaking_changes(OLD, _schema(**changes)) == []


@pytest.mark.parametrize(("changes", "said"), BREAKING.values(), ids=list(BREAKING))
def test_what_breaks_a_reader_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in breaking_changes(OLD, _schema(**changes))


def test_a_schema_that_refers_to_itself_is_compared_once() -> None:
    properties = {"next": {"$ref": "#/$defs/Node"}, "n": {"type": "integer"}}
    definition = {"title": "Node", "type": "object", "properties": properties}
    node = {"$defs": {"Node": definition}, "$ref": "#/$defs/Node"}
    other = json.loads(json.dumps(node).replace("integer", "string"))
    assert breaking_changes(node, node) == []
    assert breaking_changes(node, other) == ["n: was integer, is string"]


def test_the_command_writes_checks_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SCHEMAS", tmp_path)
    monkeypatch.setattr(command, "rendered_schemas", rendered_schemas)
    assert command.main(["--check"]) == 1
    assert "run make schemas" in capsys.readouterr().out
    (tmp_path / "assent.gone.away.v1.json").write_text("{}")
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert {file.name for file in tmp_path.iterdir()} == set(rendered_schemas())
