"""The system's keyring, where the package `keyring` is installed and finds one."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

_SERVICE = "assent"


def is_there() -> bool:
    """Whether tokens can be kept in a keyring here."""
    if find_spec("keyring") is None:
        return False
    # One that keeps nothing, as on servers, has no priority.
    return bool(_keyring().get_keyring().priority >= 1)


def read(url: str, name: str) -> str:
    """A secret that was written, or the empty text. Raises ValueError where no keyring is here any
    more, PermissionError where it does not open."""
    if find_spec("keyring") is None:
        raise ValueError("the tokens are in a keyring: pip install keyring, or sign in again")
    try:
        return _keyring().get_password(_SERVICE, _user(url, name)) or ""
    except _errors() as error:
        raise PermissionError(f"the keyring does not open, unlock it: {error}") from error


def write(url: str, name: str, secret: str) -> None:
    """Keeps a secret in place of the one before; an empty one is removed. Raises PermissionError
    where the keyring does not open."""
    keyring = _keyring()
    try:
        if secret:
            keyring.set_password(_SERVICE, _user(url, name), secret)
        elif keyring.get_password(_SERVICE, _user(url, name)) is not None:
            keyring.delete_password(_SERVICE, _user(url, name))
    except _errors() as error:
        raise PermissionError(f"the keyring does not open, unlock it: {error}") from error


def _user(url: str, name: str) -> str:
    return f"{name} at {url}"


def _keyring() -> Any:
    return import_module("keyring")


def _errors() -> type[Exception]:
    found: type[Exception] = import_module("keyring.errors").KeyringError
    return found
