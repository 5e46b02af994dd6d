"""`python -m shared.language.chat_server FOLDER` serves the model `phi-3` of that folder on
OpenAI's wire, on this machine only. Its first line of input is the key that callers must send. It
prints its address, or why it does not use the model, and ends when its input ends."""

import asyncio
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from shared.inference.brought import (
    PHI_3,
    Brought,
    ModelRefusedError,
    load_brought,
    read_manifest,
)
from shared.inference.chat import Chat, Speaking
from shared.inference.decoding import MODEL, TooLong, Writing, bytes_remembered
from shared.inference.loading import ModelAbsentError
from shared.kit.digests import is_same
from shared.language.first_line import say
from shared.language.process import REFUSED
from shared.language.wire import Answering, Question, refusal, what_is_wrong

if TYPE_CHECKING:
    from shared.inference.manifest import ModelManifest

# Whoever started it waits somewhat longer for a whole answer.
WRITTEN_WITHIN_SECONDS = 100.0
MOST_BODY_BYTES = 4 * 1024 * 1024
# What Python and its libraries take of addresses, without the model.
_OWN_ADDRESSES = 3 * 1024**3
# Weights are read, kept, and laid out anew for the processor.
_COPIES_OF_WEIGHTS = 3
# What is remembered is written anew with each token.
_COPIES_REMEMBERED = 3
# How often it is asked, while a token is drawn, whether somebody still waits for it.
_LOOKS_EVERY_SECONDS = 0.5


class ChatServer:
    """The model behind its wire. Callers send one call at a time. A call that its caller gave up
    stops before the next one begins."""

    def __init__(self, brought: Brought, key: str) -> None:
        self._brought, self._chat = brought, Chat(brought)
        self._authorization = f"Bearer {key}"
        self._turn = asyncio.Lock()

    async def complete(self, request: Request) -> Response:
        """Answers a call of chat completions."""
        said = request.headers.get("authorization", "")
        if not is_same(said, self._authorization):
            return JSONResponse(refusal("unauthorized", "the key is another one"), 401)
        body = await request.body()
        if len(body) > MOST_BODY_BYTES:
            return JSONResponse(refusal("payload_too_large", "the body is too long"), 413)
        try:
            question = Question.model_validate_json(body)
            text = await asyncio.to_thread(self._chat.tokens, question.said)
            writing = self._writing(question, text)
        except ValidationError as error:
            return JSONResponse(refusal("invalid", what_is_wrong(error)), 400)
        except TooLong as error:
            return JSONResponse(refusal("context_length_exceeded", f"messages: {error}"), 400)
        answering = Answering(PHI_3.name, int(time.time()))
        pieces = self._pieces(request, question, writing)
        if question.stream:
            events = _events(pieces, answering, question, writing, len(text))
            return StreamingResponse(events, media_type="text/event-stream")
        try:
            spoken = "".join([each async for each in pieces])
        except ModelRefusedError as error:
            return JSONResponse(refusal("model_refused", str(error)), 500)
        whole = answering.whole(spoken, writing.ended, len(text), len(writing.written))
        return JSONResponse(whole)

    def _writing(self, question: Question, text: list[int]) -> Writing:
        generation = self._brought.manifest.generation
        assert generation is not None
        return Writing(
            self._brought,
            text,
            question.sampling,
            most_tokens=question.most_tokens(generation.most_tokens),
            within_seconds=WRITTEN_WITHIN_SECONDS,
        )

    async def _pieces(
        self, request: Request, question: Question, writing: Writing
    ) -> AsyncIterator[str]:
        """The text as it is written; nothing more of it once whoever asked has gone."""
        speaking = Speaking(self._brought, question.stops)
        tokens = iter(writing)
        while (token := await self._following(request, writing, tokens)) is not None:
            if piece := speaking.said(token):
                yield piece
            if speaking.is_stopped:
                writing.ended = "stop"
                return
        if piece := speaking.rest():
            yield piece

    async def _following(
        self, request: Request, writing: Writing, tokens: Iterator[int]
    ) -> int | None:
        """The next token; None at the end, and soon after whoever asked has gone."""
        # A task of its own: its thread goes on when the call is cancelled, and keeps the turn.
        drawing = asyncio.ensure_future(self._drawn(tokens))
        try:
            while not (await asyncio.wait({drawing}, timeout=_LOOKS_EVERY_SECONDS))[0]:
                if await request.is_disconnected():
                    writing.give_up()
            return None if await request.is_disconnected() else drawing.result()
        finally:
            if not drawing.done():
                writing.give_up()

    async def _drawn(self, tokens: Iterator[int]) -> int | None:
        async with self._turn:
            return await asyncio.to_thread(next, tokens, None)


async def _events(
    pieces: AsyncIterator[str],
    answering: Answering,
    question: Question,
    writing: Writing,
    tokens_in: int,
) -> AsyncIterator[bytes]:
    yield answering.part("", is_first=True)
    async for piece in pieces:
        yield answering.part(piece)
    tokens_out = len(writing.written)
    for event in answering.last(
        writing.ended, tokens_in, tokens_out, wants_usage=question.wants_usage
    ):
        yield event


def main(folder: str) -> None:
    """Returns once whoever started it is gone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    key = sys.stdin.readline().strip()
    # Also while the model is being loaded.
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        _, manifest = read_manifest(folder, PHI_3)
        most = _most_addresses(folder, manifest)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        server = ChatServer(load_brought(folder, PHI_3), key)
    except ModelRefusedError as error:
        say(f"{REFUSED}{error}")
    except ModelAbsentError as error:
        say(str(error))
    else:
        _serve(server)


def _serve(server: ChatServer) -> None:
    import uvicorn

    app = Starlette(routes=[Route("/v1/chat/completions", server.complete, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    say(f"http://127.0.0.1:{listening.getsockname()[1]}")
    config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def _most_addresses(folder: str, manifest: "ModelManifest") -> int:
    """The addresses that this process may have: a model that asks for more than its files and its
    manifest explain ends it, and not its neighbours."""
    files = sum(os.stat(os.path.join(folder, PHI_3.name, each)).st_size for each in manifest.files)
    remembered = bytes_remembered(manifest.graphs[MODEL], manifest.longest)
    return _OWN_ADDRESSES + _COPIES_OF_WEIGHTS * files + _COPIES_REMEMBERED * remembered


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
