"""Where `pulumi up` starts. What is deployed reads as a table of contents in `program.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _as_a_checkout() -> None:
    """Puts the checkout's root where Pulumi puts this folder: our modules are then imported by
    their full names, and none of them hides one of the standard library."""
    sys.path[:] = [
        str(ROOT),
        *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "infra"),
    ]


if __name__ == "__main__":
    _as_a_checkout()
    from infra.program import deploy
    from infra.settings import load_settings
    from shared.manifest import load_manifests

    deploy(load_settings(), load_manifests(ROOT))
