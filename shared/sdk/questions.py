"""What a guarded function asks, and what it leaves: pure."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from .canonical import digest
from .errors import AssentError
from .generated.models import ApprovalDetail
from .patience import OPEN

Kind = Literal["artifact", "communication", "execution", "financial", "constitutional"]
Effect = Literal[
    "read", "draft", "change", "send", "publish", "deploy", "delete", "grant", "decide", "pay"
]
ASSENTED = frozenset({"approved", "auto_approved", "confirmed"})


class NotAssented(AssentError):
    """People, or silence, did not assent: the function did not run."""

    def __init__(self, approval: ApprovalDetail) -> None:
        by = f" by {approval.decided_by}" if approval.decided_by else ""
        why = f": {approval.note}" if approval.note else ""
        super().__init__(f"{approval.status}{by}{why} ({approval.id})")
        self.approval = approval


class Pending(AssentError):
    """Somebody has to decide first: the function did not run. `guarded.after(approval_id, …)`, with
    the same arguments, runs it once they assented."""

    def __init__(self, approval_id: str, decision_hash: str) -> None:
        super().__init__(f"approval {approval_id} is not decided yet")
        self.approval_id, self.decision_hash = approval_id, decision_hash


class AnotherContent(AssentError):
    """The approval is about another function, or other arguments: the function did not run."""


class AlreadyUsed(AssentError):
    """The approval was used in this process: the function did not run a second time."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of one call. `signature` is the platform's, over the decision; hashes are SHA-256
    of the RFC 8785 form. `outcome` is `begun` before the function runs, so that a crash leaves a
    trace; then `returned` or `raised`. `result_sha256` is None for what is no JSON."""

    approval_id: str
    decision_hash: str
    signature: str | None
    decided_by: str | None
    decided_at: str | None
    function: str
    arguments_sha256: str
    outcome: Literal["begun", "returned", "raised"]
    at: str
    result_sha256: str | None = None
    error: str | None = None

    def returned(self, result: Any) -> Self:
        """That of the call that returned this."""
        try:
            hashed = digest(result)
        except (TypeError, ValueError):
            hashed = None
        return replace(self, outcome="returned", at=_now(), result_sha256=hashed)

    def raised(self, error: BaseException) -> Self:
        """That of the call that raised this."""
        return replace(self, outcome="raised", at=_now(), error=type(error).__name__)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is asked about each call of a function. In texts, `{name}` stands for the argument."""

    kind: Kind
    effect: Effect | None
    summary: str
    subject: tuple[str, str]
    rollback_plan: str
    amount_usd_micros: str | None
    leave_out: frozenset[str]
    evidence: Sequence[Any]

    def check(self, function: Callable[..., Any]) -> None:
        """Raises TypeError where a text names an argument that the function does not have."""
        names = inspect.signature(function).parameters
        for each in (
            *self.leave_out,
            *([self.amount_usd_micros] if self.amount_usd_micros else []),
        ):
            if each not in names:
                raise TypeError(f"{function.__qualname__} has no argument {each!r}")
        shown = dict.fromkeys(names.keys() - self.leave_out, "")
        for text in (self.summary, *self.subject, self.rollback_plan):
            try:
                text.format_map(shown)
            except (KeyError, ValueError, IndexError, AttributeError) as error:
                raise TypeError(f"{text!r} names no argument of it: {error}") from None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about one call."""

    content: Mapping[str, Any]
    request: Mapping[str, Any]

    @classmethod
    def of(
        cls, terms: Terms, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]
    ) -> Self:
        """About that call of the function. Raises TypeError where an argument is no JSON."""
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        shown = {n: v for n, v in bound.arguments.items() if n not in terms.leave_out}
        for name, value in shown.items():
            try:
                digest(value)
            except (TypeError, ValueError) as error:
                said = f"argument {name}: {error}, or name it in leave_out"
                raise TypeError(said) from None
        content = {"function": _name_of(function), "arguments": _plain(shown)}
        type, id = (text.format_map(shown) for text in terms.subject)
        request = {
            "kind": terms.kind,
            "subject": {"type": type, "id": id},
            "summary": terms.summary.format_map(shown),
            "content": content,
            "evidence": list(terms.evidence),
            "rollback_plan": terms.rollback_plan.format_map(shown),
        }
        if terms.effect is not None:
            request["effect"] = terms.effect
        if terms.amount_usd_micros is not None:
            request["amount_usd_micros"] = shown[terms.amount_usd_micros]
        return cls(content=content, request=request)

    @property
    def hash(self) -> str:
        """That of the content, which the decision must be about."""
        return digest(self.content)

    def require_asked(self, approval_id: str, decision_hash: str) -> None:
        """Raises AnotherContent unless the approval is about this call."""
        if decision_hash != self.hash:
            said = f"approval {approval_id} is about {decision_hash}, and this call is {self.hash}"
            raise AnotherContent(said)

    def begun(self, approval: ApprovalDetail) -> Receipt:
        """The receipt of the call that begins now. Raises AnotherContent, Pending or NotAssented
        where it may not."""
        self.require_asked(approval.id, approval.decision_hash)
        if approval.status in OPEN:
            raise Pending(approval.id, approval.decision_hash)
        if approval.status not in ASSENTED:
            raise NotAssented(approval)
        return Receipt(
            approval_id=approval.id,
            decision_hash=approval.decision_hash,
            signature=approval.signature,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
            function=self.content["function"],
            arguments_sha256=digest(self.content["arguments"]),
            outcome="begun",
            at=_now(),
        )


def _name_of(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _plain(value: Any) -> Any:
    """The value as JSON gives it back: it does not change while somebody waits."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
