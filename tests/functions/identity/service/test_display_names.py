"""What members of a tenant are called, to each other."""

from functions.identity.aggregates import PRINCIPALS, RUN
from functions.identity.rules.principal import MOST_SHOWN, Principal, display_name
from functions.identity.service import directory, tenants
from functions.identity.service.platform import on_platform
from shared.aggregates import Command, Transition
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.storage.firestore import TenantStore
from tests.functions.identity.service.test_directory_kept import MAIL, _company, _signs_in
from tests.functions.identity.service.test_identity_after_crashes import NOON
from tests.shared.cloud import Cloud

TURNED = "\u202e"


def test_a_name_has_no_characters_that_nobody_sees_and_an_end() -> None:
    assert display_name(f" Ada{TURNED}\n Lovelace\x00 ") == "Ada Lovelace"
    assert len(display_name("a" * 1_000)) == MOST_SHOWN
    assert display_name(f"{TURNED}\t") == ""


async def _names(admin: Caller) -> dict[str, str | None]:
    page = await tenants.list_members(admin, 25, None)
    return {each.principal_id: each.display_name for each in page.items}


async def _is_called(principal: str, name: str) -> None:
    async def renames(work: Command) -> Principal:
        known = await work.get(PRINCIPALS, principal)
        await work.save(Transition(known.but(name=name)))
        return known

    await RUN.command(on_platform(principal, NOON), renames, Principal)


async def test_names_are_those_of_the_sign_in_and_else_of_the_directory(cloud: Cloud) -> None:
    cloud.mend()
    admin = await _company("team")
    said = {"userName": MAIL, "displayName": "Ada of the directory"}
    ada = (await directory.create_user(admin, said)).principal_id
    assert (await _names(admin))[ada] == "Ada of the directory"
    await _signs_in(admin)
    await _is_called(ada, "Ada Lovelace")
    await _is_called(admin.principal, "")
    assert await _names(admin) == {ada: "Ada Lovelace", admin.principal: None}
    one = await tenants.show_member(admin, ada)
    assert (one.display_name, one.kind) == ("Ada Lovelace", "human")


async def test_nobody_is_told_the_name_of_who_left_or_was_erased(cloud: Cloud) -> None:
    cloud.mend()
    admin = await _company("team")
    user = await directory.create_user(admin, {"userName": MAIL, "displayName": "Ada"})
    await _signs_in(admin)
    ada = user.principal_id
    await _is_called(ada, "Ada Lovelace")
    # As an operator deletes the document of a person who is to be forgotten.
    platform = TenantStore(PLATFORM_TENANT)
    (document,) = await platform.get_many([(PRINCIPALS.collection, ada)])
    assert document is not None
    await platform.delete_all([document])
    assert (await _names(admin))[ada] == "Ada"
    await directory.delete_user(admin, ada)
    assert (await _names(admin))[ada] is None
