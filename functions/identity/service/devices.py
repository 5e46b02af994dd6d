"""Devices that ask to act for a person."""

from dataclasses import dataclass
from datetime import datetime

from functions.identity.aggregates import DEVICE_GRANTS, RUN
from functions.identity.rules import device_grant
from functions.identity.rules.device_grant import DeviceGrant
from functions.identity.rules.roles import known
from functions.identity.rules.secrets import device_code
from functions.identity.rules.session import Session
from functions.identity.service.platform import ITSELF, digest_keys, on_platform
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.ids import derive_id


@dataclass(frozen=True)
class Codes:
    """What a device keeps, and what it shows."""

    device_code: str
    user_code: str


async def request_grant(client_name: str, scope: str, at: datetime) -> Codes:
    """The codes of a device that asks. One commit. Raises GrantRefused for an unknown scope,
    Unavailable."""
    scope = known(scope)

    async def use_case(work: Command) -> DeviceGrant:
        code = device_grant.new_user_code()
        grant_id = derive_id("dgr", work.at, code)
        step = device_grant.request(code, grant_id, client_name, scope, work.at)
        await work.save(step)
        return step.state

    caller = on_platform(ITSELF, at)
    grant = await RUN.command(caller, use_case, DeviceGrant)
    code = device_code(grant.user_code, await digest_keys())
    return Codes(code, device_grant.shown(grant.user_code))


async def waiting(typed: str, at: datetime) -> DeviceGrant | None:
    """The request with the code that somebody typed, where it still waits. One read."""
    code = device_grant.read_user_code(typed)
    grant = await RUN.reading(PLATFORM_TENANT, at).find(DEVICE_GRANTS, code) if code else None
    return grant if grant is not None and grant.is_waiting(at) else None


async def decide(session: Session, typed: str, is_allowed: bool, at: datetime) -> None:
    """Lets the device act for the session's principal, or not. Raises NotFound, VersionConflict."""
    code = device_grant.read_user_code(typed)
    caller = on_platform(session.principal_id, at)

    async def use_case(work: Command) -> DeviceGrant:
        grant = await work.find(DEVICE_GRANTS, code) if code else None
        steps = device_grant.decide(grant, session.principal_id, is_allowed, work.at)
        assert grant is not None, "an unknown code is refused"
        return await work.save_change(grant, *steps)

    await RUN.command(caller, use_case, DeviceGrant)
