"""What members see of each other, and admins of invitations."""

from collections.abc import Mapping
from typing import Self

from events.members import InvitationState, InvitationStatus, MemberState
from functions.identity.rules.invitation import Invitation
from functions.identity.rules.tenant import Member
from shared.kit.models import Model, Page, part_of


class MemberView(MemberState):
    """A member of the tenant."""

    @classmethod
    def of(cls, member: Member) -> Self:
        """What other members see of it."""
        return part_of(cls, member)


class MemberDetail(MemberView):
    """A member with the name that others see; null where nobody gave one, and of who left. No event
    and no stored answer has it."""

    display_name: str | None

    @classmethod
    def named(cls, member: Member, names: Mapping[str, str]) -> Self:
        """What other members see of it, with its name among those of several."""
        return part_of(cls, member, display_name=names.get(member.principal_id))


class MemberPage(Page[MemberDetail]):
    """A page of members, also of those who left."""


class InvitationView(InvitationState):
    """An invitation."""

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """What admins see of it."""
        return part_of(cls, invitation)


class NewInvitation(InvitationView):
    """An invitation with its token, which is shown this once."""

    token: str


class InvitationPage(Page[InvitationView]):
    """A page of invitations."""


class Accepted(Model):
    """The tenant that somebody joined, and with which roles."""

    tenant_id: str
    roles: tuple[str, ...]
    status: InvitationStatus
