"""A program's request to a model, and the request that a provider gets for it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from events.models import Wire
from functions.models.rules.bounds import bound_of, refuse
from functions.models.rules.costs import Bound
from functions.models.rules.redaction import Redaction
from functions.models.rules.route import ModelRoute

PATHS: Mapping[Wire, str] = {
    "chat.completions": "/chat/completions",
    "embeddings": "/embeddings",
    "messages": "/messages",
}
# Their models refuse the older name, which other servers know alone.
_OF_OPENAI = "https://api.openai.com/"
_NAMES: Mapping[Wire, tuple[str, ...]] = {
    "chat.completions": ("max_completion_tokens", "max_tokens"),
    "messages": ("max_tokens",),
    "embeddings": (),
}


@dataclass(frozen=True)
class ModelRequest:
    """What a program asks, on whichever wire. `body` is all that it sent, and `raw` its bytes. With
    a `redaction`, routes of its privacy classes get the redacted body."""

    wire: Wire
    body: Mapping[str, Any]
    raw: bytes
    redaction: Redaction | None = None
    # The version of a prompt whose messages stand first in it, as `name@version`.
    prompt: str | None = None

    @property
    def model(self) -> str:
        """What the program calls the model."""
        return str(self.body["model"])

    @property
    def is_streamed(self) -> bool:
        return self.body.get("stream") is True

    @property
    def wants_usage(self) -> bool:
        """Whether a stream's last event may have nothing but what was used."""
        options = self.body.get("stream_options")
        return isinstance(options, Mapping) and options.get("include_usage") is True

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    def bound(self, route: ModelRoute) -> Bound:
        """The most tokens of the call by that route. Raises Invalid for what has no bound."""
        size = len(self.raw) + (self.redaction.growth if self.redaction else 0)
        return bound_of(self.wire, self.body, size, self._most_out(route))

    def redaction_for(self, route: ModelRoute) -> Redaction | None:
        """The redaction for this route; None where the route gets the whole body."""
        redaction = self.redaction
        return redaction if redaction and route.privacy in redaction.classes else None

    def _most_out(self, route: ModelRoute) -> int:
        """How long each answer may be: as the program says or, where it does not, the route."""
        most = route.most_tokens_out
        for name in _NAMES[self.wire]:
            said = self.body.get(name)
            if said is None:
                continue
            if type(said) is not int or said < 1:
                refuse(name, "must be a whole number above zero")
            if said > route.most_tokens_out:
                refuse(name, f"is {said}; the route {route.name} allows {route.most_tokens_out}")
            most = said
            break
        return most

    def for_provider(self, route: ModelRoute, called: ModelRoute) -> bytes:
        """The body that the provider of `route` gets; `route` is the one that was `called` or a
        fallback of it. It has the provider's name of the model, the answer's bound of the called
        route and, for a stream, asks for what was used. What is redacted for the route is left
        out."""
        redaction = self.redaction_for(route)
        body = redaction.body if redaction else self.body
        said: dict[str, Any] = {**body, "model": route.model}
        names = _NAMES[self.wire]
        given = [name for name in names if self.body.get(name) is not None]
        for name in names:
            said.pop(name, None)
        if names:
            is_openai = (route.base_url or "").startswith(_OF_OPENAI)
            name = given[0] if given else names[0] if is_openai else "max_tokens"
            said[name] = self._most_out(called)
        if self.wire == "chat.completions" and self.is_streamed:
            options = self.body.get("stream_options")
            known = options if isinstance(options, Mapping) else {}
            said["stream_options"] = {**known, "include_usage": True}
        return json.dumps(said, separators=(",", ":")).encode()
