"""Policies ask what happened in a run before a call, and refuse by it."""

from tests.functions.runs.worlds import World, add, append

FORBID = """
@id("{name}")
@because("{name}")
forbid (principal, action == Action::"tools.invoke", resource is Invocation)
when {{ {when} }};
"""


async def publish(world: World, name: str, when: str) -> None:
    """A policy of the tenant that forbids calls."""
    await world.publish(name, FORBID.format(name=name, when=when))


async def test_a_run_makes_no_more_calls_than_a_policy_allows(world: World) -> None:
    when = 'resource.operation == "assent/counter.add" && resource.calls_before >= 2'
    await publish(world, "at-most-twice", when)
    steps = add("one"), append("note"), add("two"), add("three")
    run = await world.start(await world.plan(*steps))
    assert (run["status"], run["failure"]["code"]) == ("failed", "call_refused")
    assert (run["failure"]["step"], run["done"]) == ("three", 3)
    assert await world.counter() == {"value": 2, "additions": 2}
    refused = (await world.receipts())[-1]
    assert (refused["outcome"], refused["step"]) == ("refused", "three")
    assert "at-most-twice" in refused["decision"]
    # Of another run, nothing is known here; what the first did can be undone.
    other = await world.start(await world.plan(add("one")))
    assert other["status"] == "completed"


async def test_what_happened_before_forbids_another_operation(world: World) -> None:
    when = (
        'resource.operation == "assent/ledger.append"'
        ' && resource.called_before.contains("assent/counter.add")'
    )
    await publish(world, "no-line-after-counting", when)
    first = await world.start(await world.plan(append("note"), add("one")))
    assert first["status"] == "completed"
    second = await world.start(await world.plan(add("one"), append("note", "again")))
    assert (second["status"], second["failure"]["step"]) == ("failed", "note")
    assert await world.lines() == ["done"]
