"""Addresses of mail: written so that every relay reads them alike, and matched against what a
connector allows. Pure."""

import re
from collections.abc import Iterable

from shared.kit.public_addresses import is_name

# Neither `%` nor `!`, by which some relays go on to another host, nor quotes and comments.
_LOCAL = re.compile(r"[A-Za-z0-9_+=~#&'-]+(?:\.[A-Za-z0-9_+=~#&'-]+)*")
_LONGEST_LOCAL, _LONGEST = 64, 254
ANYBODY = "*"


class WrongAddress(ValueError):
    """It is no address that mail is sent to. Its text says what to write instead."""


def sent_address(text: str) -> str:
    """The address as relays get it: its domain in lower case, one beyond ASCII in the form of
    IDNA 2008 (RFC 5891), which maps no character to another. Raises WrongAddress."""
    local, at, domain = text.rpartition("@")
    if not at or _LOCAL.fullmatch(local) is None or len(local) > _LONGEST_LOCAL:
        raise WrongAddress(
            "must be one address, such as ada@clinic.example: plain letters, digits and . _ + - "
            "before the @, without a name around it"
        )
    sent = f"{local}@{_sent_domain(domain)}"
    if len(sent) > _LONGEST:
        raise WrongAddress(f"has more than {_LONGEST} characters")
    return sent


def wrong_pattern(pattern: str) -> str | None:
    """Why no address is matched against the pattern, and what to write instead, or None."""
    if pattern == ANYBODY:
        return None
    try:
        plain = sent_address(_as_address(pattern))
    except WrongAddress:
        return "must be an address, *@ and a domain, or * for everybody"
    if plain != _as_address(pattern):
        return f"must be written as {plain.removeprefix('any@')!r} is"
    return None


def allows(patterns: Iterable[str], address: str) -> bool:
    """Whether one of the patterns has the address, as it is sent. People's parts of addresses are
    compared without their case, as almost all servers do."""
    local, _, domain = address.lower().rpartition("@")
    return any(
        each in (ANYBODY, f"*@{domain}") or each.lower() == f"{local}@{domain}" for each in patterns
    )


def domain_of(address: str) -> str:
    """The part after the @."""
    return address.rpartition("@")[2]


def _as_address(pattern: str) -> str:
    return f"any{pattern[1:]}" if pattern.startswith("*@") else pattern


def _sent_domain(domain: str) -> str:
    import idna

    try:
        # The library's own splitting takes other characters for dots.
        parts = [idna.alabel(each).decode() for each in domain.lower().split(".")]
    except idna.IDNAError as error:
        raise WrongAddress("has a domain that no name server knows by these characters") from error
    sent = ".".join(parts)
    if not is_name(sent):
        raise WrongAddress("needs a domain with a dot after the @, such as clinic.example")
    return sent
