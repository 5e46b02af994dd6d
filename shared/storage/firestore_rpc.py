"""Calls Firestore, and tells apart why a call failed."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from shared.kit.errors import PayloadTooLarge, Unavailable
from shared.storage.batches import LostRace
from shared.storage.patience import is_no_answer
from shared.storage.rpc import Service


def request(method: str, **fields: Any) -> Any:
    """A request of that method with these fields."""
    return _types(method)[0](**fields)


def database() -> str:
    """The resource name of the project's database."""
    return f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/databases/(default)"


async def read(method: str, request: Any) -> Sequence[Any]:
    """All answers to a request that changes nothing. Raises Unavailable."""
    async with _answering(reading=True):
        return await _firestore().stream(method, request, _types(method)[1], database=database())


async def commit(request: Any) -> list[Any]:
    """Applies the writes of a commit request, all or none, and returns the store's own version of
    each document that was written. Raises LostRace where a condition no longer holds,
    PayloadTooLarge, Unavailable where it may or may not have been applied."""
    async with _answering():
        answer = await _firestore().call(
            "Commit", request, _types("Commit")[1], database=database()
        )
    return [each.update_time for each in answer.write_results]


@asynccontextmanager
async def _answering(*, reading: bool = False) -> AsyncIterator[None]:
    from grpc import StatusCode
    from grpc.aio import AioRpcError

    try:
        yield
    except AioRpcError as error:
        code, detail = error.code(), error.details() or ""
        lost = code in (
            StatusCode.ALREADY_EXISTS,
            StatusCode.FAILED_PRECONDITION,
            StatusCode.NOT_FOUND,
            StatusCode.ABORTED,
        )
        if lost and not reading:
            raise LostRace(detail) from error
        if is_no_answer(error) or code == StatusCode.ABORTED:
            raise Unavailable("the document store did not answer") from error
        # Only the message (it names bytes) distinguishes a size from a bug of ours.
        if code == StatusCode.INVALID_ARGUMENT and " bytes" in detail:
            raise PayloadTooLarge("the content is larger than a document can be") from error
        raise


@cache
def _types(method: str) -> tuple[Any, Any]:
    from google.cloud.firestore_v1.types import firestore

    request, answer = (getattr(firestore, f"{method}{side}") for side in ("Request", "Response"))
    return request.pb(), answer.pb()


def _transport() -> Any:
    from google.cloud.firestore_v1.services.firestore.transports import (
        FirestoreGrpcAsyncIOTransport,
    )

    return FirestoreGrpcAsyncIOTransport


@cache
def _firestore() -> Service:
    return Service(
        "google.firestore.v1.Firestore", emulator="FIRESTORE_EMULATOR_HOST", transport=_transport
    )
