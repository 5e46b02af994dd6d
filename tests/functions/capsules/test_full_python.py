"""Steps in all of Python: refused until the tenant has that turned on, and read where it runs."""

import asyncio

import pytest

from functions.capsules.rules.lint import lint
from functions.capsules.rules.problems import Flawed
from functions.capsules.service.skills import check_skills
from shared.kit.control import Control, Flag
from shared.sandbox.full_python import FLAG, why_not_there
from tests.functions.capsules.sources import HEAD, compiled, read, refused

ON = Control(flags={FLAG: Flag(percent=100)})
GOOD = "class Two(int): pass\\ndef run(a):\\n    return Two(a)\\n"


def _capsule(code: str = GOOD, more: str = "") -> str:
    given = "with: {a: 1}, output: integer, runtime: cpython"
    return f'{HEAD}steps:\n  - {{id: a, skill: "{code}", {given}{more}}}\n'


def _told(text: str, control: Control) -> dict[str, str]:
    body = read(text)
    lint(body)
    try:
        asyncio.run(check_skills(body, control))
    except Flawed as flawed:
        return {each.path: each.message for each in flawed.problems}
    return {}


def test_it_is_refused_until_the_tenant_has_it_turned_on() -> None:
    for control in (Control(), Control(flags={FLAG: Flag(percent=99)})):
        told = _told(_capsule(), control)
        assert "PUT /v1/flags/full-python" in told["steps.0.runtime"]


def test_a_machine_without_it_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    why_not_there.cache_clear()
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    told = _told(_capsule(), ON)
    why_not_there.cache_clear()
    assert "apt-get install bubblewrap" in told["steps.0.runtime"]


@pytest.mark.skipif(why_not_there() is not None, reason=f"no full Python here: {why_not_there()}")
def test_its_mistakes_have_a_line() -> None:
    assert _told(_capsule(), ON) == {}
    told = _told(_capsule("def run(a):\\n    return ("), ON)
    assert told["steps.0.skill"].startswith("line 2 of the skill: SyntaxError")
    told = _told(_capsule("def run(b): return b"), ON)
    assert "missing a required argument: 'b'" in told["steps.0.skill"]


def test_it_is_in_the_plan_and_asks_for_no_calls() -> None:
    call = compiled(_capsule()).plan.steps[0].does
    assert call.arguments["runtime"] == "cpython"  # type: ignore[union-attr]
    told = refused(_capsule(more=", calls: [assent/counter.add]"))
    assert "its clock goes on" in told["steps.0.runtime"]
