"""`python -m infra.keys create | announce OWNER | switch OWNER | retire OWNER --stack STACK`.

`create` gives every secret of the manifests its first value, once. The others change a signing key
(docs/decisions/0022): announce, switch, retire, with every process started anew after each."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from infra.keys.making import STEPS, create_missing
from infra.keys.values import Values
from infra.refusals import Refused
from infra.stacks import settings_of_stack
from shared.manifest import load_manifests


def main(arguments: Sequence[str], root: Path) -> int:
    """Returns the exit code: 1, with the reason, for what is refused."""
    chosen = _options(arguments)
    try:
        manifests = load_manifests(root)
        values = Values(settings_of_stack(root, chosen.stack).project)
        done: Iterable[str]
        if chosen.step == "create":
            done = create_missing(manifests, values)
        else:
            done = [STEPS[chosen.step](chosen.owner, manifests, values)]
        for line in done:
            print(line, flush=True)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.keys", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name in ("create", *STEPS):
        step = steps.add_parser(name)
        if name != "create":
            step.add_argument("owner", help="the function whose signing key it is")
        step.add_argument("--stack", required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
