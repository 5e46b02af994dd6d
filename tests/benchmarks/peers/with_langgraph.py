"""LangGraph with its PostgreSQL checkpointer: a node, an interrupt, a node."""

import asyncio
import sys
import time
import uuid
from typing import Any, TypedDict

from cycling import IN_FLIGHT, measure
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool


class State(TypedDict, total=False):
    counted: int
    approved: bool


def count(state: State) -> State:
    return {"counted": state.get("counted", 0) + 1}


def ask(state: State) -> State:
    return {"approved": interrupt({"counted": state["counted"]})}


async def main(dsn: str) -> None:
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(dsn, min_size=4, max_size=IN_FLIGHT, kwargs=options) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        graph = StateGraph(State)
        graph.add_node("count", count)
        graph.add_node("ask", ask)
        graph.add_node("correct", count)
        for edge in ((START, "count"), ("count", "ask"), ("ask", "correct"), ("correct", END)):
            graph.add_edge(*edge)
        compiled = graph.compile(checkpointer=saver)

        async def cycle() -> float:
            of_thread: Any = {"configurable": {"thread_id": uuid.uuid4().hex}}
            asked = await compiled.ainvoke({"counted": 0}, of_thread, durability="sync")
            assert asked["__interrupt__"]
            began = time.perf_counter()
            done = await compiled.ainvoke(Command(resume=True), of_thread, durability="sync")
            assert done == {"counted": 2, "approved": True}
            return time.perf_counter() - began

        await measure(cycle)


asyncio.run(main(sys.argv[1]))
