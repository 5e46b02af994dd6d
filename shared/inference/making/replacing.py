"""Files of a model take the place of earlier ones only once all of them are made."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CalledProcessError

from shared.inference.making.packages import FileRefused


@contextmanager
def replace_files(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """A folder to make files in. Those of the names then take their places in `folder`, in this
    order; where anything is raised before, all stays as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as made:
        yield Path(made)
        for name in names:
            os.replace(Path(made) / name, folder / name)


def main(make: Callable[[Path], None], failed: str) -> None:
    """Makes the files in the folder that the command names, or says why it `failed`."""
    try:
        make(Path(sys.argv[1]))
    except (CalledProcessError, FileRefused) as refused:
        sys.exit(f"{failed}: {refused}")
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing was changed: the same command starts anew.")
