"""Where `pulumi up` starts. What is deployed reads as a table of contents in infra/program.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from infra.program import deploy, packer
    from infra.settings import load_settings
    from shared.manifest import load_manifests

    manifests = load_manifests(ROOT)
    deploy(load_settings(), manifests, packer(manifests))
