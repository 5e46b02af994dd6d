"""What became of a call or a message that did not end well, as far as anybody knows."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Nothing of the call was sent, and the same call will not be. `reason` is in our words, and
    says what is wrong; `detail` may hold words of others, which no receipt keeps."""

    reason: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class NeverSent:
    """Nothing of the call was sent: it surely had no effect, and may be tried again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """The call was sent, perhaps in part, and no whole answer came: only where it changes nothing,
    or the service knows its key, may it be tried again. `status`: the answer began with it, and was
    not taken, so that another try would hardly end otherwise."""

    reason: str
    status: int | None = None
