"""Where `pulumi up` starts. What is deployed reads as a table of contents in infra/program.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from pulumi import RunError

    from infra.program import deploy, packer
    from infra.refusals import Refused
    from infra.settings import load_settings
    from shared.manifest import ManifestError, load_manifests

    try:
        manifests = load_manifests(ROOT)
        deploy(load_settings(), manifests, packer(manifests))
    except (Refused, ManifestError) as refusal:
        # Pulumi shows this one's text and no stack.
        raise RunError(str(refusal)) from refusal
