"""`python -m infra.packaging [deployable ...] --into build/packages`: builds them, and a table."""

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.packaging.archive import Archive, build_archive
from infra.packaging.failures import PackagingError
from shared.manifest import load_manifests


def main(arguments: Sequence[str], root: Path) -> int:
    """Returns the exit code: 1 where an archive cannot be built or a deployable does not exist."""
    options = _options(arguments)
    manifests = load_manifests(root)
    names = options.deployables or [each.name for each in manifests.deployables]
    try:
        built = [
            build_archive(manifests, manifests.deployable(name), options.into) for name in names
        ]
    except KeyError as error:
        sys.stderr.write(f"no manifest declares {error.args[0]}\n")
        return 1
    except PackagingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    Console(width=None if sys.stdout.isatty() else 140).print(_table(built))
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
    parser.add_argument("deployables", nargs="*", help="all, where none is named")
    parser.add_argument("--into", type=Path, default=Path("build/packages"))
    return parser.parse_args(arguments)


def _table(built: list[Archive]) -> Table:
    table = Table("archive", "files", "bytes", "packages", "sha256")
    for column in table.columns[1:4]:
        column.justify = "right"
    for archive in built:
        numbers = (len(archive.files), archive.path.stat().st_size, _packages(archive))
        table.add_row(str(archive.path), *(f"{number:,}" for number in numbers), archive.sha256)
    return table


def _packages(archive: Archive) -> int:
    with zipfile.ZipFile(archive.path) as content:
        return content.read("requirements.txt").decode().count("==")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
