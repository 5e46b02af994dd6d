"""Where the command keeps who is signed in: a file that only its owner reads."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile


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
    """Who is signed in, or None. Raises PermissionError where others can read the file, ValueError
    where it cannot be understood."""
    file = place()
    try:
        found = file.read_text()
    except FileNotFoundError:
        return None
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise PermissionError(f"others can read {file}: run chmod 600 {file}")
    try:
        return Kept(**json.loads(found))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{file} cannot be read, sign in again: {error}") from None


def has_key() -> bool:
    """Whether an API key is kept; a file that cannot be understood has none."""
    try:
        kept = load()
    except (PermissionError, ValueError):
        return False
    return kept is not None and bool(kept.key)


def save(kept: Kept) -> None:
    """Replaces the file at once: another process reads the one before, or this one."""
    file = place()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Python makes such files readable by their owner alone.
    with NamedTemporaryFile("w", dir=file.parent, delete=False) as written:
        json.dump(asdict(kept), written)
    Path(written.name).replace(file)


def forget() -> bool:
    """Whether there was something to forget."""
    file = place()
    was_there = file.exists()
    file.unlink(missing_ok=True)
    return was_there
