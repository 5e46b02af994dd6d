"""What a connector gives is labelled by its source, and the labels of a call's arguments are what
its token says: policies decide by them, and its record shows them."""

from typing import Any

import pytest

from shared.capabilities.grants import History
from shared.capabilities.minting import mint, name_deed
from shared.kit import clock
from shared.storage.secrets import signing_key
from tests.functions.tools.connecting import CREATE, NAME, READ, Desk, call
from tests.functions.tools.worlds import Call, World

LABELS = ("from:web", "untrusted")
APPEND = Call("assent/ledger.append", {"ledger": "log", "line": "x"})


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def _labelled(world: World, made: Call, **said: Any) -> str:
    """A token for a call whose arguments have labels."""
    key = await signing_key("runs-signing-key")
    deed = world.deed(made, history=History(labels=LABELS))
    return mint(world.right(**said), deed, key, now=clock.now())


@pytest.mark.parametrize("trust", ["untrusted", "trusted"])
async def test_what_a_connector_gives_is_labelled_by_its_source(
    world: World, desk: Desk, trust: str
) -> None:
    connector = await desk.active(trust=trust)
    found = [f"from:{NAME}", *(["untrusted"] if trust == "untrusted" else [])]
    made = await world.invoke(call(CREATE, connector, title=f"t-{world.tenant}"))
    assert (made["output"]["labels"], made["target_labels"], made["labels"]) == (found, found, [])
    # What a service says as it refuses is its word too.
    refused = await world.invoke(call(READ, connector, id=999_999_999))
    assert (refused["status"], refused["target_labels"]) == ("refused", found)
    own = await world.invoke(Call("assent/counter.add", {"counter": "visits", "amount": 1}))
    assert own["output"]["labels"] == []


async def test_trust_is_in_the_pin_that_a_governor_activates(world: World, desk: Desk) -> None:
    connector = await desk.active()
    path = f"/v1/connectors/{NAME}"
    changed = await desk.sent("PATCH", path, {"trust": "trusted"}, roles=("developer",), by="ada")
    assert (changed["trust"], changed["status"]) == ("trusted", "suspended")
    assert changed["pin"] != connector["pin"]
    (difference,) = changed["differences"]
    assert difference["fields"] == ["trust"]
    assert (difference["before"], difference["after"]) == (
        {"trust": "untrusted"}, {"trust": "trusted"}
    )  # fmt: skip
    pin = {"pin": changed["pin"]}
    denied = await desk.send("POST", f"{path}/activate", pin, roles=("developer",), by="ada")
    assert denied.status_code == 403
    back = await desk.sent("PATCH", path, {"trust": "untrusted"}, roles=("developer",), by="ada")
    assert back["pin"] == connector["pin"]
    wrong = await desk.send("PATCH", path, {"trust": "mostly"})
    assert wrong.status_code == 422
    assert "untrusted" in wrong.text


async def test_the_classification_of_a_system_follows_what_it_gives(
    world: World, desk: Desk
) -> None:
    plain = await desk.active()
    path = f"/v1/connectors/{NAME}"
    changed = await desk.sent("PATCH", path, {"classification": "restricted"}, by="ada")
    assert (changed["status"], changed["classification"]) == ("suspended", "restricted")
    (difference,) = changed["differences"]
    assert (difference["before"], difference["after"]) == (
        {"classification": None}, {"classification": "restricted"}
    )  # fmt: skip
    connector = await desk.sent("POST", f"{path}/activate", {"pin": changed["pin"]})
    made = await world.invoke(call(CREATE, connector, title=f"t-{world.tenant}"))
    assert made["output"]["labels"] == ["classified:restricted", f"from:{NAME}", "untrusted"]
    wrong = await desk.send("PATCH", path, {"classification": "secret"})
    assert wrong.status_code == 422
    assert "restricted" in wrong.text
    # What nobody classified is what it was.
    back = await desk.sent("PATCH", path, {"classification": None}, by="ada")
    assert back["pin"] == plain["pin"]


async def test_untrusted_arguments_do_nothing_that_nothing_undoes(world: World) -> None:
    await world.agent()
    answer = await world.invoke(APPEND, await _labelled(world, APPEND))
    assert answer["status"] == "refused"
    assert answer["reason"].endswith("platform/constitution/untrusted-effect forbids it")
    assert answer["labels"] == list(LABELS)
    assert "a person has to assent to exactly this call" in answer["detail"]
    assert await world.lines() == []
    shown = (await world.shown(APPEND)).json()
    assert (shown["labels"], shown["status"]) == (list(LABELS), "refused")

    # An assent to exactly this call, or an undo of it, or what can be undone.
    runs = await signing_key("runs-signing-key")
    assented = name_deed(
        await world.assented(APPEND, names=False),
        world.deed(APPEND, history=History(labels=LABELS)),
        runs,
        now=clock.now(),
    )
    answer = await world.invoke(APPEND, assented)
    assert (answer["status"], answer["labels"]) == ("confirmed", list(LABELS))
    assert await world.lines() == ["x"]
    other = Call("assent/ledger.append", {"ledger": "log", "line": "y"})
    answer = await world.invoke(other, await _labelled(world, other, purpose="undo"))
    assert answer["status"] == "confirmed"
    counted = Call("assent/counter.add", {"counter": "visits", "amount": 1})
    answer = await world.invoke(counted, await _labelled(world, counted))
    assert answer["status"] == "confirmed"


async def test_an_assent_to_the_plan_is_none_to_the_call(world: World) -> None:
    await world.agent()
    runs = await signing_key("runs-signing-key")
    deed = world.deed(APPEND, history=History(labels=LABELS))
    base = await world.assented(APPEND, names=False, content=world.right().plan_hash)
    answer = await world.invoke(APPEND, name_deed(base, deed, runs, now=clock.now()))
    assert (answer["status"], await world.lines()) == ("refused", [])
