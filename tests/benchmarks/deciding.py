"""How long a policy decision takes, beside `govern()` of agent-governance-toolkit in one run.

Always warm are: the issuer's keys, the schema, and the prepared policies of the platform and the
tenant, read within twenty seconds. `known` callers were here before, so the verified token and the
principal's prepared entity are warm too; of `new` ones each signature is verified and each entity
prepared. Nothing is read from a store or written to one."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from shared.kit.callers import Caller
from shared.kit.sealing import KEY_BYTES
from shared.kit.signing import sign
from shared.policy import published
from shared.policy.authorization import Authorization, begin, last_asked
from shared.policy.engine import Policies
from shared.policy.platform import platform_sources, policies_with
from shared.policy.published import policies_of
from shared.policy.record import slice_text
from shared.policy.slices import SliceKey
from shared.policy.sources import Source, read_policies
from shared.policy.vocabulary import Act
from shared.runtime.access_tokens import ACCESS_TOKEN, TokenVerifier
from shared.runtime.settings import RuntimeSettings
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.installed import installed
from tests.benchmarks.started import ROOT
from tests.shared.runtime.issuer import ISSUER, Issuer, serving

TENANT = "clinic"
POLICIES = 100
WARM, CALLS = 300, 3000
ACT = Act("agents.create", "Tenant", ("submit_conversation",))
RIVAL = ROOT / "tests" / "benchmarks" / "rival"
VIRTUALENV = ROOT / "build" / "rival"


def measure() -> dict[str, Figure]:
    """Milliseconds of processor time for: verify a token, load what the tenant may, decide with 100
    policies, queue the record; and for the part that the rival also does, decide and record."""
    new, known = asyncio.run(_ours())
    theirs = _theirs()
    unit = "ms of CPU"
    middle = Figure(_middle(known.part), unit, floor=theirs["median"], aim=at_most(1))
    return {
        "policy decision, known caller, median": Figure(
            _middle(known.whole), unit, aim=at_most(0.4)
        ),
        "policy decision, known caller, p99": Figure(_late(known.whole), unit, aim=at_most(1)),
        "policy decision, new caller, median": Figure(_middle(new.whole), unit),
        "policy decision, new caller, p99": Figure(_late(new.whole), unit),
        "policy decision and record beside govern(), median": middle,
        "policy decision and record beside govern(), p99": Figure(
            _late(known.part), unit, floor=theirs["p99"]
        ),
    }


def hundred_policies() -> Policies:
    """The platform's own, and as many of a tenant as make a hundred."""
    own = sum(len(read_policies(each)) for each in platform_sources())
    text = "\n".join(
        f'@id("p{number}") forbid (principal is Principal, action in Action::"submit_conversation",'
        f' resource) when {{ principal in Role::"role-{number}" &&'
        f" context.hour == {number % 24} }};"
        for number in range(POLICIES - own)
    )
    return policies_with((Source("tenant/bench", text),), 1)


class Taken(NamedTuple):
    """Milliseconds of each call, and of what the rival also does in it: decide and record."""

    whole: list[float]
    part: list[float]


async def _ours() -> tuple[Taken, Taken]:
    now = datetime.now(UTC)
    with _trusting() as issuer:
        verifier = TokenVerifier(_settings(issuer))
        kept = published._Known(hundred_policies(), 1, 1, time.monotonic() + 3600)
        published._known[TENANT] = kept
        new = [_token(issuer, f"user-{number}", now) for number in range(WARM + CALLS)]
        known = [_token(issuer, f"colleague-{number % 100}", now) for number in range(100)] * (
            (WARM + CALLS) // 100
        )
        return await _taken(verifier, new, now), await _taken(verifier, known, now)


async def _taken(verifier: TokenVerifier, tokens: list[str], now: datetime) -> Taken:
    taken, queued, key = Taken([], []), [], SliceKey(TENANT, bytes(KEY_BYTES))
    for token in tokens:
        begun = time.process_time()
        claims = await verifier.verify(token, now)
        policies = await policies_of(TENANT, 1)
        decides = time.process_time()
        caller = Caller(claims.sub, TENANT, frozenset(), frozenset(claims.roles), now, token)
        authorization = Authorization(caller, [ACT], policies)
        begin(authorization)
        authorization.ask_at_the_edge(now)
        queued.append(_queued(key))
        ended = time.process_time()
        taken.whole.append((ended - begun) * 1000)
        taken.part.append((ended - decides) * 1000)
    assert all(queued)
    return Taken(taken.whole[WARM:], taken.part[WARM:])


def _queued(key: SliceKey) -> str:
    """The record as a command has it, with its slice sealed; the commit itself is left out."""
    asked = last_asked()
    assert asked is not None
    return asked.compact(TENANT, key.seal(slice_text(asked.who)).name)


def _token(issuer: Issuer, principal: str, now: datetime) -> str:
    claims = {
        "iss": ISSUER,
        "aud": "assent",
        "sub": principal,
        "tenant": TENANT,
        "scope": "agents:write",
        "roles": ["developer"],
        "exp": int(now.timestamp()) + 600,
    }
    return sign(claims, issuer.key, typ=ACCESS_TOKEN)


@contextmanager
def _trusting() -> Iterator[Issuer]:
    with serving() as issuer:
        yield issuer
        published.forget()
        begin(None)


def _settings(issuer: Issuer) -> RuntimeSettings:
    return RuntimeSettings(environment="local", issuer=ISSUER, jwks_url=issuer.url)


def _theirs() -> dict[str, float]:
    """Installs the rival where its pinned packages have changed, and runs it."""
    python = str(installed(RIVAL / "requirements.txt", VIRTUALENV) / "python")
    script = Path(RIVAL / "govern.py")
    ran = subprocess.run([python, str(script)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _late(values: list[float]) -> float:
    return sorted(values)[len(values) * 99 // 100]
