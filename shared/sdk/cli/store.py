"""Where the command keeps who is signed in: a file that only its owner reads, and their tokens in
the system's keyring where there is one."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from . import keyrings

_SECRETS = ("key", "refresh_token", "access_token")


@dataclass(frozen=True)
class Kept:
    """Who is signed in, and where: with an API key, or with a session's refresh token."""

    url: str
    key: str = ""
    refresh_token: str = ""
    access_token: str = ""
    tenant: str | None = None


def place() -> Path:
    """The file: `$ASSENT_CREDENTIALS`, or in the folder for settings."""
    if chosen := os.environ.get("ASSENT_CREDENTIALS"):
        return Path(chosen)
    settings = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(settings) / "assent" / "credentials.json"


def load() -> Kept | None:
    """Who is signed in, or None. Raises PermissionError where others can read the file or the
    keyring is locked, ValueError where the one cannot be understood or the other has lost them."""
    file = place()
    try:
        found = file.read_text()
    except FileNotFoundError:
        return None
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise PermissionError(f"others can read {file}: run chmod 600 {file}")
    try:
        read = json.loads(found)
        is_in_keyring = read.pop("in_keyring", False)
        kept = Kept(**read)
    except (AttributeError, ValueError, TypeError) as error:
        raise ValueError(f"{file} cannot be read, sign in again: {error}") from None
    if not is_in_keyring:
        return kept
    return replace(kept, **{name: keyrings.read(kept.url, name) for name in _SECRETS})


def has_key() -> bool:
    """Whether an API key is kept; what cannot be understood has none."""
    try:
        kept = load()
    except (PermissionError, ValueError):
        return False
    return kept is not None and bool(kept.key)


def save(kept: Kept) -> None:
    """Replaces what is kept at once: another process reads the one before, or this one. A keyring
    that does not open loses nothing: then all is in the file."""
    try:
        is_kept_there = not os.environ.get("ASSENT_CREDENTIALS") and keyrings.is_there()
        for name in _SECRETS if is_kept_there else ():
            keyrings.write(kept.url, name, getattr(kept, name))
    except PermissionError:
        is_kept_there = False
    secret = dict.fromkeys(_SECRETS, "") if is_kept_there else {}
    _write({**asdict(kept), **secret, "in_keyring": is_kept_there})


def forget() -> bool:
    """Whether there was something to forget."""
    file = place()
    try:
        read = json.loads(file.read_text())
        if read.get("in_keyring"):
            for name in _SECRETS:
                keyrings.write(read["url"], name, "")
    except (AttributeError, FileNotFoundError, KeyError, ValueError):
        # Nothing in it names anything in a keyring.
        pass
    was_there = file.exists()
    file.unlink(missing_ok=True)
    return was_there


def _write(kept: dict[str, object]) -> None:
    file = place()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Python makes such files readable by their owner alone.
    with NamedTemporaryFile("w", dir=file.parent, delete=False) as written:
        json.dump(kept, written)
    Path(written.name).replace(file)
