"""Where `pulumi up` starts. What is deployed reads as a table of contents in `program.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def as_a_checkout(paths: list[str]) -> list[str]:
    """Import paths with the checkout's root where Pulumi puts this folder: our modules are then
    imported by their full names, and none of them hides one of the standard library."""
    return [str(ROOT), *(path for path in paths if Path(path).resolve() != ROOT / "infra")]


if __name__ == "__main__":
    sys.path[:] = as_a_checkout(sys.path)
    from infra.program import deploy, packer
    from infra.settings import load_settings
    from shared.manifest import load_manifests

    manifests = load_manifests(ROOT)
    deploy(load_settings(), manifests, packer(manifests))
