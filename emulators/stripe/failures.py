"""Errors, in the shape in which Stripe answers them."""

from typing import Any


class StripeFailure(Exception):
    """One error. `kept` says that what the call changed before it failed stays, as an attempt to
    pay does."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        kept: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.kept = status, kept
        self.body = {"error": {"type": kind, "message": message, **more}}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeFailure:
    """A parameter that cannot be used."""
    named: dict[str, Any] = {"param": param, "code": code}
    return StripeFailure(400, message, **{key: each for key, each in named.items() if each})


def unknown(parameter: str) -> StripeFailure:
    """A parameter that Stripe has not, or that this stand-in does not serve."""
    return invalid(
        f"Received unknown parameter: {parameter}. If Stripe documents it, this stand-in does not"
        " serve it: see emulators/stripe/README.md.",
        parameter,
        "parameter_unknown",
    )


def missing(parameter: str) -> StripeFailure:
    """A parameter that must be there and is not."""
    return invalid(f"Missing required param: {parameter}.", parameter, "parameter_missing")


def absent(kind: str, name: str, param: str = "id") -> StripeFailure:
    """An object that the account does not have."""
    return StripeFailure(
        400 if param != "id" else 404,
        f"No such {kind.replace('_', ' ').rpartition('.')[2]}: '{name}'",
        param=param,
        code="resource_missing",
    )


def declined(message: str, decline_code: str, code: str = "card_declined") -> StripeFailure:
    """A card that its bank does not let pay."""
    return StripeFailure(402, message, kind="card_error", code=code, decline_code=decline_code)
