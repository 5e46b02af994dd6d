"""The options of a platform."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Port 0 picks a free one; `state` is the platform's own directory, by default
    `build/platform`; `keep` continues from what an earlier platform saved there, and saves it
    again at an orderly stop; `in_process` runs the functions in this process; `backoff` replaces
    the manifests' pauses between deliveries of an event, for tests that cannot wait ten seconds;
    with `limits` callers and tenants are limited as in the cloud;
    an instance is stopped after `idle_after` seconds; `report` gets what an operator should see."""

    root: Path
    port: int = 0
    state: Path | None = None
    keep: bool = False
    in_process: bool = False
    limits: bool = False
    backoff: tuple[str, str] | None = None
    idle_after: float = 900.0
    report: Callable[[str], None] = _logger.warning
