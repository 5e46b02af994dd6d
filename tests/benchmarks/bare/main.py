"""A bare function: the same framework, one route, one read, nothing of ours."""

import os
from functools import cache
from typing import Any

import functions_framework.aio
from fastapi import FastAPI
from starlette.requests import Request

APP = FastAPI()


@cache
def _firestore() -> Any:
    # Built late, as ours is: it belongs to the loop that serves requests.
    from google.cloud.firestore import AsyncClient

    return AsyncClient(project=os.environ["GOOGLE_CLOUD_PROJECT"])


@APP.get("/documents/{path:path}")
async def get_document(path: str) -> dict[str, Any]:
    """One document of Firestore."""
    snapshot = await _firestore().document(path).get()
    return snapshot.to_dict() or {}


@APP.get("/rows")
async def get_row() -> dict[str, Any]:
    """One row of PostgreSQL."""
    import psycopg

    async with await psycopg.AsyncConnection.connect(os.environ["ASSENT_POSTGRES_DSN"]) as database:
        answer = await database.execute("SELECT 1 AS one")
        return {"row": await answer.fetchone()}


@functions_framework.aio.http
async def api(request: Request) -> Any:
    """Serves everything."""
    return APP
