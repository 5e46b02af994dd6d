"""The same capsule, inputs, agent and policies are the same bytes, on every machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from events.operations import OPERATIONS
from events.plan_content import Call
from functions.capsules.rules.compiler import content_of
from shared.kit.canonical import content_hash
from shared.kit.contents import Content
from tests.functions.capsules.sources import compiled, source_of
from tests.functions.capsules.worlds import COUNT_AND_LIST, INPUTS

ROOT = Path(__file__).parents[4]
# What every Python that we run on must give; another text is another format of plans.
GOLDEN = Path(__file__).with_name("golden_plan.json")
_PRINTS = (
    "from tests.functions.capsules.rules.test_hash import golden_plan; print(golden_plan().hash)"
)


def golden_plan() -> Content:
    """The content of a plan that has a list, a group, a wait and an agent's step."""
    return compiled(CAPSULE, {"shelves": ["a", "ü"], "note": "first"}).content


CAPSULE = """\
capsule: golden
version: 2.1.0
agent: stock-keeper
inputs:
  shelves: {type: array, items: {type: string, minLength: 1}, maxItems: 10}
  note: {type: string, default: none}
tools: [assent/transform.apply, assent/counter.add, assent/ledger.append]
budget_usd: 0.25
steps:
  - id: look
    use: assent/transform.apply
    with: {data: {shelves: "${{ inputs.shelves }}"}, expression: "size(data.shelves)"}
  - id: count
    use: assent/counter.add
    for_each: ${{ inputs.shelves }}
    if: size(item) > 0
    with: {counter: "shelf-${{ item }}", amount: 1}
    retry: {attempts: 3, backoff: 2s}
  - id: rest
    wait: {for: 1m}
  - id: both
    needs: [count]
    parallel:
      - {id: one, use: assent/counter.add, with: {counter: total, amount: 1.0}}
      - id: two
        use: assent/ledger.append
        with: {ledger: stock, line: "${{ inputs.note }}: ${{ string(steps.look.output.result) }}"}
        approval: required
        timeout: 30
  - id: tidy
    agent: {goal: tidy up, tools: [assent/transform.apply], calls: 2, turns: 3, spend_usd: 0.01}
outputs: {look: "${{ steps.look.output.result }}"}
"""


def named(content: Content) -> str:
    """Its text, with names for the hashes of what others define."""
    text = content.text.replace(content.value["agent"]["spec_hash"], "spec")
    for name, definition in OPERATIONS.items():
        text = text.replace(definition.pin, name)
    return text


def test_the_content_of_a_plan_is_the_golden_one() -> None:
    assert named(golden_plan()) == GOLDEN.read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.by_day(1)
@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_process_with_another_order_of_sets_gives_the_same_hash(seed: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _PRINTS],
        env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert answer.stdout.strip() == golden_plan().hash


def test_one_changed_argument_is_another_hash() -> None:
    first = compiled(COUNT_AND_LIST, INPUTS).content.hash
    assert compiled(COUNT_AND_LIST, {**INPUTS, "amount": 4}).content.hash != first
    assert compiled(COUNT_AND_LIST, dict(reversed(INPUTS.items()))).content.hash == first


def test_policies_agent_and_pins_are_in_the_hash() -> None:
    plan = compiled(COUNT_AND_LIST, INPUTS).plan
    first = content_of(plan).hash
    count = plan.steps[0]
    assert isinstance(count.does, Call)
    assert count.does.pin == OPERATIONS["assent/counter.add"].pin
    for changed in (
        plan.but(policies="1" * 64),
        plan.but(agent=plan.agent.but(version="1.0.1")),
        plan.but(steps=(count.but(does=count.does.but(pin="x")), plan.steps[1])),
    ):
        assert content_of(changed).hash != first


def test_the_text_of_the_content_is_its_canonical_form() -> None:
    content = golden_plan()
    assert content_hash(content.value) == content.hash
    assert source_of(CAPSULE).checksum in content.text
