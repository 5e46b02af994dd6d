"""`assent why`, `assent verify`, `assent watch`: what happened, why, and whether it is proved."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .approvals import describe
from .session import UNSAID, Common, plain, printable, signed_in
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from ..client import Assent

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_ASK_EVERY_SECONDS = 2.0


def why(id: str, /, *, common: Common = UNSAID) -> None:
    """Say why something is as it is: an approval, an agent, a creation case, a run or a receipt."""
    known: dict[str, Callable[[Assent, str], tuple[Any, list[Any]]]] = {
        "apr": _of_approval,
        "agt": _of_agent,
        "cas": _of_case,
        "run": _of_run,
        "rcp": _of_receipt,
    }
    if (ask := known.get(id.partition("_")[0])) is None:
        raise WrongInput(f"{id} is no id of these: {', '.join(f'{each}_…' for each in known)}.")
    with signed_in() as client:
        found, said = ask(client, id)
    common.show(found, "\n".join(printable(str(each)) for each in said if each))


def _of_approval(client: "Assent", id: str) -> tuple[Any, list[Any]]:
    card = client.approvals.get(id)
    missing = f"It waits for {', '.join(card.missing)}." if card.missing else ""
    votes = [f"{each.principal} assented as {each.capacity} at {each.at}." for each in card.votes]
    return card, [*describe(card).split("content:")[0].splitlines(), missing, *votes, card.note]


def _of_agent(client: "Assent", id: str) -> tuple[Any, list[Any]]:
    agent = client.agents.get(id)
    case = client.workflows.get(agent.last_case_id)
    stopped = f"Suspended: {agent.suspension.reason}" if agent.suspension else ""
    return agent, [f"{agent.name} {agent.version} is {agent.status}.", stopped, case.next_step]


def _of_case(client: "Assent", id: str) -> tuple[Any, list[Any]]:
    case = client.workflows.get(id)
    findings = [
        f"{stage.name}: {each.verdict} {each.path}: {each.remedy}"
        for stage in case.stages
        for each in stage.findings or ()
    ]
    return case, [f"{case.agent_name} is {case.status}.", case.reason, case.next_step, *findings]


def _of_run(client: "Assent", id: str) -> tuple[Any, list[Any]]:
    run = client.runs.get(id)
    said = [f"{run.capsule} {run.capsule_version} is {run.status}; {run.started_by} started it."]
    if run.failure:
        said.append(f"Step {run.failure.step} failed: {run.failure.code}: {run.failure.detail}")
    if run.waiting:
        until = f" until {run.waiting.until}" if run.waiting.until else ""
        said.append(f"It waits for {run.waiting.kind} {run.waiting.approval_id or ''}{until}.")
    return run, list(said)


def _of_receipt(client: "Assent", id: str) -> tuple[Any, list[Any]]:
    receipt = client.receipts.get(id).receipt
    said = [f"{each}: {value}" for each, value in plain(receipt).items() if value is not None]
    return receipt, said


def verify(receipt_id: str, /, *, common: Common = UNSAID) -> None:
    """Verify a receipt against the log and its newest checkpoint; exit code 1 if it was tampered
    with. An archive, or a receipt without the network: assent-verify."""
    with signed_in() as client:
        found = client.receipts.verify(receipt_id)
    checked = [f"checked: {each}" for each in found.checked]
    tampered = [f"tampered: {each}" for each in found.tampered]
    said = [f"{found.receipt_id}: {found.status}", *checked, *tampered]
    common.show(found, "\n".join(map(printable, said)))
    if found.tampered:
        raise SystemExit(1)


def watch(*, since: str = "0s", once: bool = False, common: Common = UNSAID) -> None:
    """Print what happens, oldest first, until Ctrl-C: one line for each entry of the audit log.

    Parameters
    ----------
    since
        From when: a time such as 2026-01-31T12:00:00Z, or how long ago, such as 30m, 6h or 2d.
    once
        Print what happened until now, and end.
    """
    moment = moment_of(since, datetime.now(UTC))
    with signed_in() as client:
        for each in _entries(client, moment, once):
            line = f"{each.at}  {each.action:<40} {each.actor:<24} {each.subject}"
            print(json.dumps(plain(each)) if common.json else printable(line), flush=True)


def _entries(client: "Assent", since: str, once: bool) -> Iterator[Any]:
    last = -1
    while True:
        found = []
        for each in client.audit.entries_list(from_=since, limit=100):
            if each.number <= last:
                break
            found.append(each)
        for each in reversed(found):
            last = each.number
            yield each
        if once:
            return
        time.sleep(_ASK_EVERY_SECONDS)


def moment_of(said: str, now: datetime) -> str:
    """The time as the platform takes it. Raises WrongInput for a text that is none."""
    if ago := re.fullmatch(r"([0-9]{1,6})([smhd])", said):
        moment = now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
    else:
        moment = _read(said)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WrongInput(f"--since {said} is no time: write 2026-01-31T12:00:00Z, or 30m.")
    return moment
