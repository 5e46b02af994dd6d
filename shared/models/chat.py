"""A model behind any address that speaks the wire of OpenAI's chat completions."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json
from shared.models.messages import Answer, Chosen, Message, ModelFailed, Tool, Usage
from shared.runtime.certificates import trusted_certificates

if TYPE_CHECKING:
    import httpx

MOST_ANSWER_BYTES = 256 * 1024
MOST_CALLS = 64
MOST_NAME = 200
CONNECTED_WITHIN_SECONDS = 3.0
# Before the second try, where the server names no time.
USUAL_PAUSE_SECONDS = 1.0
_BUSY = 429
_NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")


@dataclass(frozen=True)
class ChatModel:
    """One model at one address, such as `https://models.example/v1`. No redirect is followed, no
    proxy asked, and nothing of what is said is logged."""

    url: str
    name: str
    key: str | None = None

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        most_tokens: int,
        within_seconds: float,
    ) -> Answer:
        """What the model answers, in at most so many tokens, within so many seconds in all. A
        server that is busy or fails (429, 5xx) is asked once more, after the time that it names.
        Raises ModelFailed."""
        body = json.dumps(
            {
                "model": self.name,
                "messages": [_message(each) for each in messages],
                "max_tokens": most_tokens,
                **({"tools": [_tool(each) for each in tools]} if tools else {}),
            }
        ).encode()
        until = time.monotonic() + within_seconds
        try:
            async with asyncio.timeout(within_seconds):
                return answer_in(await self._asked(body, until))
        except TimeoutError as error:
            detail = f"the model did not answer within {within_seconds:.0f} seconds"
            raise ModelFailed("model_silent", detail, may_pass=True, may_have_cost=True) from error

    async def _asked(self, body: bytes, until: float) -> bytes:
        import httpx

        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Accept-Encoding": "identity", "User-Agent": "assent"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        timeout = httpx.Timeout(None, connect=CONNECTED_WITHIN_SECONDS)
        async with httpx.AsyncClient(
            verify=trusted_certificates(), timeout=timeout, trust_env=False
        ) as client:
            for is_last in (False, True):
                try:
                    async with client.stream(
                        "POST", f"{self.url}/chat/completions", content=body, headers=headers
                    ) as answer:
                        pause = None if is_last else _pause(answer)
                        if pause is None or time.monotonic() + pause >= until:
                            return await _content(answer)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise _unreached(error) from error
                await asyncio.sleep(pause)
        raise AssertionError


def _unreached(error: Exception) -> ModelFailed:
    may_have_cost = type(error).__name__ not in _NEVER_SENT
    detail = "the model broke off" if may_have_cost else "the model cannot be reached"
    return ModelFailed("model_silent", detail, may_pass=True, may_have_cost=may_have_cost)


def _pause(answer: "httpx.Response") -> float | None:
    """Seconds until a second try; None where that would not help."""
    if answer.status_code != _BUSY and answer.status_code < 500:
        return None
    said = answer.headers.get("retry-after", "").strip()
    if not said:
        return USUAL_PAUSE_SECONDS
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return USUAL_PAUSE_SECONDS
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


async def _content(answer: "httpx.Response") -> bytes:
    """The body of a plain and short answer. Raises ModelFailed for another one."""
    status = answer.status_code
    if status != 200:
        may_pass = status == _BUSY or status >= 500
        code = "model_busy" if may_pass else "model_refused"
        raise ModelFailed(code, f"the model's server answered {status}", may_pass=may_pass)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise _invalid("is compressed")
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) > MOST_ANSWER_BYTES:
            raise _invalid(f"has more than {MOST_ANSWER_BYTES} bytes")
    return body


def _invalid(what: str) -> ModelFailed:
    return ModelFailed("model_answer_invalid", f"the model's answer {what}", may_have_cost=True)


def answer_in(body: bytes) -> Answer:
    """What the body of a chat completion says. Raises ModelFailed for what is none."""
    try:
        read = parse_json(body)
    except AssentError as error:
        raise _invalid("is not JSON") from error
    try:
        choice = read["choices"][0]
        message = choice["message"]
        text, calls = message.get("content"), message.get("tool_calls") or []
        chosen = tuple(_chosen(each["function"]) for each in calls[: MOST_CALLS + 1])
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _invalid("is no chat completion") from error
    if len(chosen) > MOST_CALLS:
        raise _invalid(f"makes more than {MOST_CALLS} calls")
    if not isinstance(text, str | None):
        raise _invalid("is no text")
    return Answer(
        text=text or "",
        calls=chosen,
        is_cut=choice.get("finish_reason") == "length",
        usage=_usage(read.get("usage")),
    )


def _chosen(function: Mapping[str, Any]) -> Chosen:
    name, arguments = function["name"], function.get("arguments")
    if not isinstance(name, str):
        raise TypeError("the name of a tool is text")
    # Some servers give an object instead of its text.
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return Chosen(name=name[:MOST_NAME], arguments=text)


def _usage(said: Any) -> Usage | None:
    if not isinstance(said, dict):
        return None
    counts = (said.get("prompt_tokens"), said.get("completion_tokens"))
    if not all(type(each) is int and 0 <= each < 10**12 for each in counts):
        return None
    return Usage(tokens_in=counts[0], tokens_out=counts[1])


def _message(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.calls:
        said["tool_calls"] = [
            {
                "id": id,
                "type": "function",
                "function": {"name": each.name, "arguments": each.arguments},
            }
            for id, each in message.calls
        ]
    if message.answers:
        said["tool_call_id"] = message.answers
    return said


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.schema),
    }
    return {"type": "function", "function": function}
