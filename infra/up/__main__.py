"""The start of `pulumi up`. infra/program.py lists what is deployed."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from pulumi import RunError

    from infra.archive import build_archive
    from infra.program import deploy
    from infra.refusals import Refused
    from infra.settings import load_settings
    from shared.manifest import ManifestError, load_manifests

    try:
        found = load_manifests(ROOT)
        into = ROOT / "build" / "archives"
        deploy(load_settings(), found, lambda lock: build_archive(found, lock, into))
    except (Refused, ManifestError) as refusal:
        # Pulumi shows the text of a RunError, without a stack.
        raise RunError(str(refusal)) from refusal
