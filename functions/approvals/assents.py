"""The assent of an approval in the capability token of the run that requested it."""

from dataclasses import dataclass, replace
from typing import Any

from events.approvals import ApprovalApproved, ApprovalAutoApproved
from shared.aggregates.signing import Signing
from shared.capabilities.grants import Assent
from shared.capabilities.minting import assent_to
from shared.kit.transitions import Transition
from shared.storage.secrets import public_keys, signing_key

RUNS_KEYS = "runs-public-keys"


@dataclass(frozen=True)
class Assenting(Signing):
    """Signs decisions and, before that, adds the assent to the token of an approved run, whoever or
    whatever approved it: so nothing can act on an approval that was not given."""

    async def signed(
        self, transition: Transition[Any], before: Any, tenant_id: str
    ) -> Transition[Any]:
        """As `Signing.signed`. Raises SignatureInvalid, VersionConflict for a token that `runs` did
        not mint for this tenant and content, and Unavailable."""
        state = transition.state
        assents = transition.event in (ApprovalApproved, ApprovalAutoApproved)
        if assents and state.token is not None:
            assent = Assent(
                content_hash=state.decision_hash,
                approval_id=state.approval_id,
                assented_by=state.decided_by,
            )
            keys = await public_keys(RUNS_KEYS)
            own = await signing_key(self.key)
            token = assent_to(state.token, assent, own, tenant_id=tenant_id, runs=keys)
            transition = replace(transition, state=state.but(token=token))
        return await super().signed(transition, before, tenant_id)
