"""What commands have in common: the client, and how they print."""

import gc
import json as json_of
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from . import store
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from ..client import Assent

NOTHING_THERE = "There is nothing."


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """What every command takes."""

    json: Annotated[bool, Parameter(help="Print JSON, for programs.", negative="")] = False

    def show(self, value: Any, text: str) -> None:
        """Prints the value: as JSON where that was asked for, else the text."""
        print(json_of.dumps(plain(value)) if self.json else text)

    def table(self, values: Iterable[Any], columns: Sequence[str]) -> None:
        """Prints the values: a list in JSON, or a row for each."""
        found = [plain(each) for each in values]
        if self.json:
            print(json_of.dumps(found))
            return
        rows = [[cell(each, column) for column in columns] for each in found]
        widths = [max([len(c), *(len(row[at]) for row in rows)]) for at, c in enumerate(columns)]
        for row in [[each.upper() for each in columns], *rows] if rows else []:
            print(
                "  ".join(
                    each.ljust(width) for each, width in zip(row, widths, strict=True)
                ).rstrip()
            )
        if not rows:
            print(NOTHING_THERE)


# Where nothing was typed of it.
UNSAID = Common()


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    return value.model_dump(mode="json", by_alias=True) if hasattr(value, "model_dump") else value


def cell(value: Any, path: str) -> str:
    """The text of a field; a dotted path leads into it."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return "-" if value is None else printable(str(value))


def printable(text: str) -> str:
    """The text without what a terminal would obey: others wrote it."""
    return "".join(each if each.isprintable() else " " for each in text)


def signed_in() -> "Assent":
    """A client for whoever is signed in, or for `ASSENT_URL` and `ASSENT_KEY`. Raises WrongInput
    where nobody is."""
    from ..client import Assent
    from ..credentials import Session

    # The command may run for long from here on.
    gc.enable()
    url, key = os.environ.get("ASSENT_URL", ""), os.environ.get("ASSENT_KEY", "")
    if key and not url:
        raise WrongInput("ASSENT_KEY is set and ASSENT_URL is not: set both, or neither.")
    if key:
        return Assent(url, key)
    kept = store.load()
    if kept is None:
        raise WrongInput("Nobody is signed in: run assent login URL first.")
    if kept.key:
        return Assent(kept.url, kept.key)
    session = Session(
        kept.url,
        kept.refresh_token,
        tenant=kept.tenant,
        access_token=kept.access_token,
        keep=lambda refresh, access: store.save(
            replace(kept, refresh_token=refresh, access_token=access)
        ),
    )
    return Assent(kept.url, session)


def address_of() -> str:
    """The platform's address for people's browsers. Raises WrongInput where nobody is signed in."""
    kept = None if os.environ.get("ASSENT_URL") else store.load()
    url = kept.url if kept else os.environ.get("ASSENT_URL", "")
    if not url:
        raise WrongInput("Nobody is signed in: run assent login URL first, or set ASSENT_URL.")
    # Browsers have the session of the local platform's pages at this name.
    return url.rstrip("/").replace("://127.0.0.1", "://localhost")


def read_file(path: str) -> str:
    """The text of a file, or of the standard input for `-`, without the mark that some editors
    write before it. Raises WrongInput where it cannot be read."""
    is_input = path == "-"
    try:
        source = sys.stdin.fileno() if is_input else path
        with open(source, encoding="utf-8-sig", closefd=not is_input) as file:
            return file.read()
    except UnicodeDecodeError:
        raise WrongInput(f"{path} is no UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise WrongInput(f"{path} cannot be read: {error}") from None
