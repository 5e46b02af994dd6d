"""A graph as tables: first each function with its own resources, then the shared ones."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich import box
from rich.table import Table

from infra.preview.describing import KINDS, kind_of
from infra.preview.graph import Graph
from infra.preview.resource import Resource

_ORDER = [kind.label for kind in KINDS.values()]


def tables(graph: Graph) -> Iterator[Table]:
    """One table for each deployable, one for each shared theme, and the total."""
    deployables = [each.name for each in graph.manifests.deployables]
    shared = sorted({each.group for each in graph.resources} - set(deployables))
    for group in (*deployables, *shared):
        own = [each for each in graph.resources if each.group == group]
        if own:
            yield _of_group(_title(graph, group), own)
    yield _sum(graph)


def _title(graph: Graph, group: str) -> str:
    for each in graph.manifests.deployables:
        if each.name == group:
            routes = f", {' '.join(each.routes)}" if each.routes else ""
            return f"{group} ({'public' if each.public else 'private'}{routes})"
    return group


def _of_group(title: str, resources: list[Resource]) -> Table:
    table = Table(
        title=f"{title}: {len(resources)}",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE,
        show_header=False,
        pad_edge=False,
        min_width=60,
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(justify="right")
    table.add_column()
    for label, lines in _by_kind(resources):
        table.add_row(label, str(len(lines)), _joined(label, lines))
    return table


def _by_kind(resources: Iterable[Resource]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for resource in resources:
        kind = kind_of(resource)
        found.setdefault(kind.label, []).append(kind.says(resource.inputs))
    known = [label for label in dict.fromkeys(_ORDER) if label in found]
    others = sorted(set(found) - set(known))
    return [(label, sorted(found[label])) for label in (*known, *others)]


def _joined(label: str, lines: list[str]) -> str:
    """Shortens lines by their common parts."""
    if label == "api":
        return ", ".join(lines)
    if label == "may give up":
        return f"{lines[0].partition(' on ')[0]}, on each subscription"
    return "\n".join(lines)


def _sum(graph: Graph) -> Table:
    counts = Counter(kind_of(each).label for each in graph.resources)
    table = Table(title="In all", title_justify="left", title_style="bold", box=box.SIMPLE)
    table.add_column("kind")
    table.add_column("resources", justify="right")
    for label, number in counts.most_common():
        table.add_row(label, str(number))
    table.add_section()
    table.add_row("all", str(len(graph.resources)), style="bold")
    return table
