"""`python -m infra.preview [--stack dev|staging|prod]`: the resources that `pulumi up` would make,
as tables."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from infra.preview.graph import ROOT, graph_of_stack
from infra.preview.tables import tables
from infra.refusals import Refused
from shared.manifest import ManifestError


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 1, with the reasons, where the program refuses the stack."""
    parser = argparse.ArgumentParser(prog="python -m infra.preview", description=__doc__)
    parser.add_argument("--stack", default="dev", help="a stack of the checkout (default: dev)")
    stack = parser.parse_args(arguments).stack
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    try:
        found = graph_of_stack(stack, ROOT)
    except (Refused, ManifestError) as refusal:
        console.print(f"[red]Refused: stack {stack} is not deployed as it is.[/red]")
        for reason in str(refusal).splitlines():
            console.print(f"  {reason}", markup=False)
        return 1
    settings = found.settings
    console.print(
        f"[bold]Stack {stack}[/bold]: project {settings.project}, region {settings.region}"
    )
    for table in tables(found):
        console.print(table)
    for warning in found.warnings:
        console.print(f"[yellow]Warning:[/yellow] {warning}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # The reader has closed the pipe; the buffered rest must not be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
