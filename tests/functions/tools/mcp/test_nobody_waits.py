"""A call that no step of a run waits for is not answered, and says so."""

import pytest

from tests.functions.tools.elsewhere import Elsewhere, right
from tests.functions.tools.mcp.asking import booking
from tests.functions.tools.mcp.people import NAME, Desk
from tests.functions.tools.mcp.scripted import serving
from tests.functions.tools.worlds import World


@pytest.mark.parametrize(("effect", "status"), [("read", "refused"), ("draft", "refused")])
async def test_an_agent_elsewhere_gets_no_answer(
    world: World, desk: Desk, effect: str, status: str
) -> None:
    elsewhere = Elsewhere(world)
    rights = {"alone": [right(f"{NAME}/book", effect)], "with_approval": [], "never": []}
    await elsewhere.serves(rights)
    with serving(booking()) as server:
        await desk.governed(server.url, {"book": effect, "look": "read"})
        told = await elsewhere.called(f"{NAME}__book", {"text": "Lisbon"})
        assert told["status"] == status
        assert "which only a step does" in told["reason"]
        assert server.calls == 1
