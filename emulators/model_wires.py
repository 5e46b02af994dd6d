"""A scripted answer on the wires that models speak, whole and in events."""

import base64
import hashlib
import json
import struct
from typing import Any

SCRIPTED = "scripted"
_USUAL = {"prompt_tokens": 100, "completion_tokens": 20}
_USUAL_OF_MESSAGES = {"input_tokens": 100, "output_tokens": 20}
_DIMENSIONS = 8


def whole_completion(answer: dict[str, Any]) -> dict[str, Any]:
    """A chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.get("text")}
    if calls := [_call(number, each) for number, each in enumerate(answer.get("calls", ()))]:
        message["tool_calls"] = calls
    finish = answer.get("finish", "tool_calls" if calls else "stop")
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {
        **_head("chat.completion"),
        "choices": [choice],
        "usage": answer.get("usage", _USUAL),
    }


def events_of_completion(answer: dict[str, Any], body: dict[str, Any]) -> list[bytes]:
    """The chunks of a chat completion; the last one but the end has what was used, where the body
    asks for it."""
    head, finish = _head("chat.completion.chunk"), answer.get("finish", "stop")
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in _words(answer)]
    chunks = [
        {**head, "choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas
    ]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({**head, "choices": [], "usage": answer.get("usage", _USUAL)})
    return [*(b"data: " + _text(each) + b"\n\n" for each in chunks), b"data: [DONE]\n\n"]


def message(answer: dict[str, Any]) -> dict[str, Any]:
    """A message of Anthropic's wire."""
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": SCRIPTED,
        "content": [{"type": "text", "text": answer.get("text") or ""}],
        "stop_reason": answer.get("finish", "end_turn"),
        "stop_sequence": None,
        "usage": answer.get("usage", _USUAL_OF_MESSAGES),
    }


def events_of_message(answer: dict[str, Any]) -> list[bytes]:
    """The events of such a message: the first has the tokens that were read, the last but one those
    that were written."""
    usage = {**_USUAL_OF_MESSAGES, **answer.get("usage", {})}
    begun = {**message(answer), "content": [], "usage": {**usage, "output_tokens": 1}}
    block = {"type": "text", "text": ""}
    stopped = {"stop_reason": "end_turn", "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in _words(answer)
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": stopped,
            "usage": {"output_tokens": usage["output_tokens"]},
        },
        {"type": "message_stop"},
    ]
    return [
        b"event: " + each["type"].encode() + b"\ndata: " + _text(each) + b"\n\n" for each in events
    ]


def embeddings(texts: list[Any], body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """A vector for each text, as numbers or, where the body asks for it, in base64."""
    is_packed = body.get("encoding_format") == "base64"
    vectors = [_vector(str(each)) for each in texts]
    packed = [base64.b64encode(struct.pack(f"<{_DIMENSIONS}f", *each)).decode() for each in vectors]
    data = [
        {"object": "embedding", "index": place, "embedding": each}
        for place, each in enumerate(packed if is_packed else vectors)
    ]
    count = sum(len(str(each)) for each in texts)
    usage = answer.get("usage", {"prompt_tokens": count, "total_tokens": count})
    return {"object": "list", "model": SCRIPTED, "data": data, "usage": usage}


def _vector(text: str) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()
    return [each / 255 for each in digest[:_DIMENSIONS]]


def _head(object: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": object, "created": 1, "model": SCRIPTED}


def _words(answer: dict[str, Any]) -> list[str]:
    text, size = answer.get("text") or "", answer.get("pieces")
    if size is not None:
        return [text[at : at + size] for at in range(0, len(text), size)]
    return [f"{word} " for word in text.split()]


def _text(value: Any) -> bytes:
    return json.dumps(value).encode()


def _call(number: int, call: dict[str, Any]) -> dict[str, Any]:
    given = call.get("arguments", {})
    text = given if isinstance(given, str) else json.dumps(given)
    function = {"name": call["name"], "arguments": text}
    return {"id": f"chosen_{number}", "type": "function", "function": function}
