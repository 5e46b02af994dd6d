"""`python -m infra.release remember|newest|watch|roll-back`: see docs/guides/deploy.md."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from infra.release.cloud_run import MONITORING, CloudRun, Traffic
from infra.release.verdict import Rate, Verdict, decide, rates_of_new_revisions
from shared.kit import clock
from shared.kit.instants import format_instant, parse_instant
from shared.manifest import load_manifests


def main(arguments: Sequence[str], root: Path) -> int:
    """Returns the exit code: 1 if the watch rolled the release back, 2 if gcloud or Cloud
    Monitoring failed."""
    options = _options(arguments)
    run = CloudRun(options.project, options.region)
    names = [each.name for each in load_manifests(root).deployables]
    try:
        match options.what:
            case "remember":
                _remember(run, names, options.before)
            case "newest":
                _newest(run, names)
            case "watch":
                return _watch(run, options)
            case _:
                _roll_back(run, _memory(options.before)[1])
        return 0
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{' '.join(error.cmd)} failed: {error.stderr}\n")
    except (OSError, httpx.HTTPError) as error:
        sys.stderr.write(f"{error}\n")
    return 2


def _remember(run: CloudRun, names: Sequence[str], into: Path) -> None:
    before = {name: run.traffic(name) for name in names}
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps({"at": format_instant(clock.now()), "traffic": before}, indent=2))
    for name, traffic in before.items():
        print(f"{name}: {_shares(traffic)}")


def _newest(run: CloudRun, names: Sequence[str]) -> None:
    """Ends a rollback, which Pulumi does not: it keeps the traffic of an unchanged service."""
    for name in names:
        if run.traffic(name):
            run.send_to_newest(name)


def _watch(run: CloudRun, options: argparse.Namespace) -> int:
    since, before = _memory(options.before)
    end = clock.now() + timedelta(minutes=options.minutes)
    verdict = Verdict.WAIT
    while verdict is Verdict.WAIT:
        over = clock.now() >= end
        if not over:
            time.sleep(options.pause)
        answers = run.answers(since, clock.now(), options.monitoring)
        rates = rates_of_new_revisions(answers, before)
        verdict = decide(rates, over=over)
        print(f"{format_instant(clock.now())} {verdict.value}: {_table(rates)}", flush=True)
    if verdict is Verdict.ROLL_BACK:
        _roll_back(run, before)
        return 1
    return 0


def _roll_back(run: CloudRun, before: Mapping[str, Traffic]) -> None:
    for name, traffic in before.items():
        if traffic:
            run.send_to(name, traffic)
            print(f"{name}: back to {_shares(traffic)}")
        else:
            print(f"{name}: is new, there is nothing to go back to")


def _memory(file: Path) -> tuple[datetime, Mapping[str, Traffic]]:
    memory = json.loads(file.read_text())
    return parse_instant(memory["at"]), memory["traffic"]


def _shares(traffic: Traffic) -> str:
    return ", ".join(f"{revision} {percent} %" for revision, percent in traffic.items()) or "none"


def _table(rates: tuple[Rate, ...]) -> str:
    lines = [f"{r.service} {r.errors}/{r.requests} ({r.share:.2%})" for r in rates]
    return ", ".join(lines) or "no requests yet"


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.release")
    parser.add_argument("what", choices=["remember", "newest", "watch", "roll-back"])
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", default="us-central1")
    parser.add_argument("--before", type=Path, default=Path("build/release.json"))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--pause", type=float, default=60, help="seconds between two looks")
    parser.add_argument("--monitoring", default=MONITORING, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
