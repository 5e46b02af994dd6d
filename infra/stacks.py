"""The stacks of a checkout, read from their files without Pulumi."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from infra.refusals import Refused
from infra.settings import Settings, read_settings

OWN, GOOGLE = "assent:", "gcp:"
# The provider's own values that are our settings too.
OF_GOOGLE = ("project", "region")


def stacks_of(root: Path) -> tuple[str, ...]:
    """The names of the stacks that have a file in `root`."""
    files = root.glob("Pulumi.*.yaml")
    return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))


def settings_of_stack(root: Path, stack: str) -> Settings:
    """The configuration that `pulumi up` would read for a stack. Raises Refused where it would, and
    where there is no such stack."""
    file = root / f"Pulumi.{stack}.yaml"
    if not file.exists():
        known = ", ".join(stacks_of(root)) or "none"
        raise Refused(f"{file.name}: there is no such stack; there are: {known}")
    values = _values(YAML(typ="safe").load(file.read_text())["config"])
    return read_settings(values, stack)


def _values(config: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for key, value in config.items():
        if key.startswith(OWN):
            values[key.removeprefix(OWN)] = value
        elif key.startswith(GOOGLE) and key.removeprefix(GOOGLE) in OF_GOOGLE:
            values[key.removeprefix(GOOGLE)] = value
    return values
