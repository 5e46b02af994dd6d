"""What is known about the tools that a definition names: from the vendor's page, from a connector
of the same name, or nothing."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.kit.models import Model

# By connector and operation: the effect, and the operation that undoes it.
Connectors = Mapping[str, Mapping[str, tuple[str, str | None]]]

GRAVEST = "pay"
HARMLESS = frozenset({"read", "draft"})
# Stands for the tools of a server which a definition does not name one by one.
ANY_TOOL = "*"

_WHY = "follows from {page}; the graver effect where the page leaves it open"

_FILE = Path(__file__).parents[1] / "built_in_tools.toml"
_SERVER_TOOL = re.compile(r"mcp__(?P<server>.+?)(?:__(?P<tool>.*))?\Z", re.DOTALL)


class Product(Model):
    """The tools that come with a product: their system, their effects, and the page that describes
    them."""

    system: str
    page: str
    effects: dict[str, str]


class Tool(NamedTuple):
    """A tool as its definition names it. Without an `effect` nothing says what it does, and it
    counts as the gravest; `why` says where the effect is from."""

    system: str
    name: str
    effect: str | None = None
    why: str = ""
    connector: str | None = None
    undo: str | None = None


@cache
def product(name: str) -> Product:
    """The product whose definitions have this format."""
    return Product.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8"))[name])


def built_in(of: Product, name: str) -> Tool:
    """A tool that comes with the product. Raises KeyError for any other."""
    return Tool(of.system, name, of.effects[name], _WHY.format(page=of.page))


def named_tool(name: str, connectors: Connectors, of: Product) -> Tool:
    """The tool of that name: one that comes with the product, `mcp__<server>__<tool>`,
    `<connector>/<operation>` or `<connector>.<operation>`; any other is an unknown one. Names count
    letter by letter."""
    if name in of.effects:
        return built_in(of, name)
    if found := _SERVER_TOOL.match(name):
        return server_tool(found["server"], found["tool"] or "", connectors)
    server, _, operation = name.partition("/" if "/" in name else ".")
    known = server_tool(server, operation, connectors)
    return known if known.effect else Tool("tools", name)


def server_tool(server: str, name: str, connectors: Connectors) -> Tool:
    """The tool of a server that is set up elsewhere; all of them where the name is empty or `*`.
    Its effect is known where server and tool are called as a connector and its operation."""
    if (known := connectors.get(server, {}).get(name)) is None:
        return Tool(server, name or ANY_TOOL)
    effect, undo = known
    why = f"{server}/{name} is called as an operation of the connector {server}"
    return Tool(server, name, effect, why, connector=server, undo=undo)
