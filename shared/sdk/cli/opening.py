"""`assent open`: a page of the console."""

import webbrowser
from typing import Annotated
from urllib.parse import quote

from cyclopts import Parameter

from .session import UNSAID, Common, address_of
from .wrong_input import WrongInput

# The console's page of what an id begins with.
PAGES = {
    "apr": "approvals",
    "agt": "agents",
    "run": "runs",
    "pre": "precedents",
    "rct": "receipts",
}


def open_(
    id: str = "",
    /,
    *,
    print_only: Annotated[
        bool, Parameter(name="--print", help="Print the address only.", negative="")
    ] = False,
    common: Common = UNSAID,
) -> None:
    """Open the console, or its page of one thing: an approval, agent, run, precedent or receipt,
    by its id."""
    url = page_of(address_of(), id)
    opened = not print_only and not common.json and webbrowser.open(url)
    common.show({"url": url}, f"Opened {url}" if opened else url)


def page_of(url: str, id: str) -> str:
    """The address of the page. Raises WrongInput for an id that has none."""
    if not id:
        return f"{url}/console/"
    kind = id.partition("_")[0]
    if kind not in PAGES or "_" not in id:
        known = ", ".join(f"{each}_…" for each in PAGES)
        raise WrongInput(f"The console has no page of {id}: give an id of these: {known}.")
    return f"{url}/console/{PAGES[kind]}/{quote(id, safe='')}"
