"""The options of a platform."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulators.failures import PlatformError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Port 0 picks a free one; `state` is the platform's own directory, by default
    `build/platform`; `keep` continues from what an earlier platform saved there, and saves it again
    at an orderly stop; `sample` makes the sample tenant once the platform runs; `in_process` runs
    the functions in this process; `backoff` replaces the manifests' pauses between deliveries of an
    event, for tests that cannot wait ten seconds; with `limits` callers and tenants are limited as
    in the cloud, each tenant by its own tier, or all by `tier`; each public side has that many
    `instances`, or as many as its manifest allows, which take turns or have these `shares` of its
    calls; an instance is stopped after `idle_after` seconds; `report` gets what an operator should
    see; without `fork` each function is a process that imports for itself, as in the cloud; `ahead`
    starts that many functions at once before anybody asks them, until all run."""

    root: Path
    port: int = 0
    state: Path | None = None
    keep: bool = False
    sample: bool = False
    in_process: bool = False
    limits: bool = False
    tier: str | None = None
    instances: int = 1
    shares: tuple[float, ...] = ()
    backoff: tuple[str, str] | None = None
    idle_after: float = 900.0
    fork: bool = True
    ahead: int = 0
    report: Callable[[str], None] = _logger.warning

    def __post_init__(self) -> None:
        if self.in_process and self.instances > 1:
            raise PlatformError("Several instances are processes; run them without in_process")
        if self.shares and (len(self.shares) != self.instances or min(self.shares) <= 0):
            raise PlatformError(f"Give {self.instances} instances a share above zero each")
