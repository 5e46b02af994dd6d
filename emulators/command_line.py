"""The commands of `python -m emulators`."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from emulators.failures import PlatformError
from emulators.options import Options
from emulators.platform import Platform
from emulators.ports import page_url
from emulators.running import running_platform
from shared.kit.local_platform import DIRECTORY
from shared.kit.tier_limits import LIMITS
from shared.manifest import ManifestError

# Each is a process of about 100 MB for each function.
MOST_INSTANCES = 10
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Runs the command; returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    chosen = _parser().parse_args(arguments)
    run = {"up": _up, "demo": _demo, "backup": _backup, "restore": _restore}[chosen.command]
    try:
        return run(chosen)
    except (PlatformError, ManifestError) as error:
        _say(f"\n{error}", error=True)
        return 1


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_INSTANCES:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_INSTANCES}")
    return int(text)


def _up(chosen: argparse.Namespace) -> int:
    options = Options(
        root=chosen.root.resolve(),
        port=chosen.port,
        state=chosen.state,
        keep=chosen.keep,
        sample=chosen.sample,
        idle_after=chosen.idle_after,
        limits=chosen.limits or chosen.tier is not None,
        tier=chosen.tier,
        instances=chosen.instances,
        shares=tuple(chosen.shares),
        fork=chosen.fork,
        report=_report,
    )
    # What arrives while the loop is made waits until the loop handles it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    return asyncio.run(_until_stopped(options))


def _demo(chosen: argparse.Namespace) -> int:
    from emulators.demo.narrator import Narrator
    from emulators.demo.story import tell

    root = chosen.root.resolve()
    # The story goes on while another core starts what it comes to.
    ahead = max(1, (os.cpu_count() or 1) - 1)
    options = Options(root=root, state=root / "build" / "demo", report=_report, ahead=ahead)
    _say("Starting the platform …")
    with running_platform(options) as running:
        tell(running.url, Narrator())
        _say("\nStopping …")
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    from emulators.keep.keeper import back_up

    root = chosen.root.resolve()
    _say(back_up(chosen.state or root / DIRECTORY, chosen.into, root))
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    from emulators.keep.keeper import restore

    root, only = chosen.root.resolve(), chosen.databases_only
    state = chosen.state or root / DIRECTORY
    _say(restore(state, chosen.backup, root, databases_only=only))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators")
    commands = parser.add_subparsers(dest="command", required=True)
    rooted = argparse.ArgumentParser(add_help=False)
    rooted.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    kept = argparse.ArgumentParser(add_help=False, parents=[rooted])
    kept.add_argument(
        "--state", type=Path, help="the platform's directory (default ROOT/build/platform)"
    )
    up = commands.add_parser("up", parents=[kept], help="run the local platform until Ctrl-C")
    _add_options_of_up(up)
    commands.add_parser(
        "demo",
        parents=[rooted],
        help="sign a founder up, show the lives of three agents, then stop",
    )
    backup = commands.add_parser("backup", parents=[kept], help="copy what a stopped platform kept")
    backup.add_argument("into", type=Path, help="a file that does not exist yet")
    restore = commands.add_parser(
        "restore", parents=[kept], help="let `up --keep` continue from a backup"
    )
    restore.add_argument("backup", type=Path, help="what `backup` made")
    restore.add_argument(
        "--databases-only",
        action="store_true",
        help="without messages and tasks under way, as with the cloud's backups",
    )
    return parser


def _add_options_of_up(up: argparse.ArgumentParser) -> None:
    up.add_argument("--port", type=_port, default=8080, help="the one port (default 8080)")
    up.add_argument(
        "--keep",
        action="store_true",
        help="continue from the kept state there, and keep the state again at the end",
    )
    up.add_argument(
        "--sample",
        action="store_true",
        help="make the sample tenant in the background, unless it was removed before",
    )
    up.add_argument(
        "--limits",
        action="store_true",
        help="limit callers and tenants as in the cloud; a client must then wait after a 429",
    )
    up.add_argument(
        "--tier",
        choices=[*LIMITS],
        help="limits, and every tenant has this tier, also those that nobody signed up",
    )
    up.add_argument(
        "--instances",
        type=_count,
        default=1,
        help="processes of each public side, which take turns (default 1)",
    )
    up.add_argument(
        "--shares",
        type=float,
        nargs="+",
        default=(),
        metavar="SHARE",
        help="how much of the calls each instance gets, instead of turns",
    )
    up.add_argument(
        "--no-fork",
        dest="fork",
        action="store_false",
        help="start each function as a process that imports for itself, as the cloud does",
    )
    up.add_argument(
        "--idle-after",
        type=float,
        default=900.0,
        metavar="SECONDS",
        help="stop a function's process after this long without a request (default 900)",
    )


async def _until_stopped(options: Options) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stop.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    try:
        return await _until(stop, options)
    finally:
        # A second Ctrl-C finds nothing left to stop, and cannot interrupt between two lines.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        for number in _STOPPING:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


async def _until(stop: asyncio.Event, options: Options) -> int:
    serving = asyncio.create_task(_serve(options))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        _say("\nStopping …")
    serving.cancel()
    stopped.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return 0


async def _serve(options: Options) -> None:
    _say("Starting the emulators …")
    async with Platform(options) as platform:
        _say(_greeting(platform))
        if platform.news:
            _say(platform.news)
        await platform.until_failure()


def _greeting(platform: Platform) -> str:
    url = platform.url
    return f"""
The platform is up (Ctrl-C stops it; logs in {platform.directory.path / "logs"}).

  Open {page_url(url)}/

Programs call {url}; docs/guides/run-locally.md shows how.
"""


def _report(text: str) -> None:
    _say(text, error=True)


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)
