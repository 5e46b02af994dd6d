"""A month's load, and all assumptions that are neither measured nor counted."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.kit.models import Model

LOAD_FILE = Path(__file__).parent / "load.toml"

Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Load(Model):
    """The number of actions in a month."""

    requests: Amount
    events: Amount
    creations: Amount
    runs: Amount
    files: Amount = 0

    def times(self, number: float) -> "Load":
        return Load(**{name: value * number for name, value in self.model_dump().items()})


class Run(Model):
    """An ESTIMATE of one run, until runs exist; see load.toml."""

    function: str
    topic_readers: int = Field(ge=1)
    deliveries: Amount
    events: Amount
    event_bytes: Amount
    steps: int
    requests: Amount
    seconds: Amount
    tasks: Amount
    reads: Amount
    writes: Amount
    logged_bytes: Amount


class Files(Model):
    """What one file does in its buckets; see load.toml."""

    bytes: Amount
    class_a: Amount
    class_b: Amount
    downloads: Amount
    lists: Amount


class Operations(Model):
    """ESTIMATES of how the stack is operated; see load.toml."""

    days: Amount
    request_log_bytes: Amount
    requests_per_lease: Annotated[float, Field(ge=1)]
    cold_starts_idle_a_day: Amount
    cold_starts_per_request: Amount
    cold_start_seconds: Amount
    cold_start_vcpus: Amount
    deploys_a_month: Amount
    build_minutes: Amount
    code_gib: Amount
    new_layers: Share
    archive_gib: Amount
    sql_backup_gib: Amount
    hosting_gib: Amount
    series: Amount
    label_values: Amount


class Assumptions(Model):
    """All assumptions that are neither measured nor counted."""

    reference: Load
    creations: dict[str, Share]
    reads: dict[str, Share]
    run: Run
    files: Files
    operations: Operations

    @model_validator(mode="after")
    def _share_out_everything(self) -> Self:
        for name, shares in (("creations", self.creations), ("reads", self.reads)):
            if abs(sum(shares.values()) - 1) > 1e-9:
                raise ValueError(f"the shares of [{name}] are not one together")
        return self


def load_assumptions(file: Path = LOAD_FILE) -> Assumptions:
    """The committed assumptions. Raises pydantic.ValidationError for a malformed file."""
    return Assumptions.model_validate(tomllib.loads(file.read_text()))
