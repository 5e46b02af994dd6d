"""`python -m functions.policy.weakening FOLDER`: whether this release forbids all that the
platform's policies in the folder forbid, which are those of an earlier release."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from functions.policy.compare.compare import Comparison, Witness, weakening
from functions.policy.compare.refusals import NotComparable
from functions.policy.compare.schema import Environment
from shared.kit.errors import PolicyInvalid
from shared.policy.platform import platform_sources, schema
from shared.policy.sources import Source, read_policies


def told(found: Comparison) -> list[str]:
    """What the later policies no longer forbid, a line for each kind of request; and what could not
    be compared."""
    return [
        *(f"{_named(each.environment)}: {_shown(each)}" for each in found.newly_allowed),
        *(f"{_named(each)}: not decided in time" for each in found.undecided),
    ]


def _named(kind: Environment) -> str:
    return f"{kind.principal} {kind.action} {kind.resource}"


def _shown(found: Witness) -> str:
    case = {"request": found.case.request, "entities": found.case.entities}
    forbids = ", ".join(found.before.determining)
    return f"no longer forbidden by {forbids}, for example {json.dumps(case, sort_keys=True)}"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 where nothing is weaker, 1 where something is or may be, 2 where
    there is nothing to compare with."""
    folder = Path(arguments[0]) if len(arguments) == 1 else Path()
    files = sorted(folder.glob("*.cedar"))
    if len(arguments) != 1 or not files:
        print("say which folder has the earlier *.cedar files of the platform", file=sys.stderr)
        return 2
    before = [Source(f"platform/{each.stem}", each.read_text()) for each in files]
    try:
        for source in before:
            read_policies(source)
        lines = told(weakening(schema(), before, platform_sources()))
    except (PolicyInvalid, NotComparable) as refusal:
        print(f"the policies in {folder} cannot be compared: {refusal}", file=sys.stderr)
        return 2
    print("\n".join(lines) or f"this release forbids all that the policies in {folder} forbid")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
