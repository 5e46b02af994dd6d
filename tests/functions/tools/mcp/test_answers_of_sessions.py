"""An answer is for the one call that asked, although its session goes on to others."""

from typing import Any

import anyio
from mcp import types

from events.elicitation import Elicitation
from functions.tools.mcp.sessions import Session
from functions.tools.rules.elicitation import Reply
from functions.tools.rules.invocation import Resume

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"ok": {"type": "boolean"}}}
QUESTION = types.ElicitRequestFormParams(message="Really?", requested_schema=SCHEMA)
REPLY = Reply(
    Resume(key="", state=None),
    Elicitation(message="Really?", requested_schema=SCHEMA),
    {"ok": True},
)


class Unasking(Session):
    """A session whose server answers calls, and asks nothing in them."""

    async def call_tool(self, *args: Any, **options: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[])


async def test_an_answer_that_its_call_did_not_need_is_given_to_no_other() -> None:
    into, read = anyio.create_memory_object_stream[Any](1)
    write, out = anyio.create_memory_object_stream[Any](1)
    with into, read, write, out:
        session = Unasking(read, write, repeats=True)
        await session.called("a", {}, REPLY)
        said = await session._elicit(None, QUESTION)  # type: ignore[arg-type]
    assert isinstance(said, types.ElicitResult)
    assert (said.action, said.content) == ("cancel", None)
