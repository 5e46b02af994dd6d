"""`python -m infra.keys create | set NAME | rotate OWNER [--log | --wrapping] | retire …`.

`create` gives everything that the manifests name as secret its first value, once. `set` gives a
value what comes on the standard input, beside the others of its secret. `rotate` lets a function
sign with a new key, and `retire` destroys the older ones (docs/decisions/0022); with `--log`, the
key is that of the digests in its log (docs/decisions/0039), and `tenants --wrapping` is the one
that wraps the keys of tenants (docs/decisions/0057)."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.keys.logs import retire_log, rotate_log
from infra.keys.making import LOG, create_missing, put, retire, rotate
from infra.keys.values import Values
from infra.refusals import Refused
from infra.settings import settings_of_stack
from shared.kit.secret_names import WRAPPING
from shared.manifest import Manifests, load_manifests


def main(arguments: Sequence[str], root: Path) -> int:
    """Returns the exit code: 1, with the reason, for a refusal."""
    chosen = _options(arguments)
    try:
        manifests = load_manifests(root)
        values = Values(settings_of_stack(root, chosen.stack).project)
        for line in _done(chosen, manifests, values):
            print(line, flush=True)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _done(chosen: argparse.Namespace, manifests: Manifests, values: Values) -> Iterator[str]:
    if chosen.step == "create":
        return create_missing(manifests, values)
    if chosen.step == "set":
        return put(chosen.name, sys.stdin.read(), manifests, values)
    if chosen.log or chosen.wrapping:
        kind = LOG if chosen.log else WRAPPING
        if chosen.step == "rotate":
            return rotate_log(chosen.owner, values, kind=kind)
        return retire_log(chosen.owner, values, kind=kind)
    step = rotate if chosen.step == "rotate" else retire
    return step(chosen.owner, manifests, values)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.keys", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name in ("create", "set", "rotate", "retire"):
        step = steps.add_parser(name)
        if name == "set":
            step.add_argument("name", help="as manifests name it, like identity-providers")
        if name in ("rotate", "retire"):
            step.add_argument("owner", help="the function whose key it is")
            ring = step.add_mutually_exclusive_group()
            ring.add_argument("--log", action="store_true", help="the key of its log's digests")
            ring.add_argument("--wrapping", action="store_true", help="of `tenants`: of their keys")
        step.add_argument("--stack", required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
