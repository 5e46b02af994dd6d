"""What a passkey signs of a decision, and what is kept of it, so that anybody can verify it later:
with the event alone, without Assent."""

import hashlib
from typing import Any, Literal

from shared.kit.canonical import ContentHash, canonical_json
from shared.kit.models import Data
from shared.kit.passkeys import Assertion, Site, check_assertion

PROFILE: Literal["webauthn.assertion/1"] = "webauthn.assertion/1"


class DecisionStatement(Data):
    """All that somebody decided. `choices_hash` is the SHA-256 of the canonical JSON of everything
    else in the decision's body (docs/contracts.md, Decisions with a passkey)."""

    v: Literal[1] = 1
    tenant: str
    approval_id: str
    decision: str
    choices_hash: ContentHash
    decision_hash: ContentHash
    client_decision_id: str

    @property
    def challenge(self) -> bytes:
        """What the passkey signs: the SHA-256 of the statement's canonical JSON."""
        said: dict[str, Any] = self.model_dump(mode="json")
        return hashlib.sha256(canonical_json(said)).digest()


class DecisionAssertion(Data):
    """A passkey's signature of a decision. `public_key` (COSE) and all that was signed are in
    base64url without padding, `rp_id` is the site that the key was made for."""

    profile: Literal["webauthn.assertion/1"] = PROFILE
    passkey_id: str
    credential_id: str
    public_key: str
    rp_id: str
    statement: DecisionStatement
    client_data_json: str
    authenticator_data: str
    signature: str

    def verify(self, origins: tuple[str, ...]) -> int:
        """How often the key had signed then; 0 where it does not count. Raises PasskeyRefused
        unless this key signed this statement on a page of one of the `origins`, for somebody whom
        the authenticator verified. Whose key it is, the event `passkey.added` says."""
        signed = Assertion.model_construct(
            credential_id=self.credential_id,
            client_data_json=self.client_data_json,
            authenticator_data=self.authenticator_data,
            signature=self.signature,
        )
        return check_assertion(
            signed,
            challenge=self.statement.challenge,
            public_key=self.public_key,
            site=Site(self.rp_id, origins),
        )
