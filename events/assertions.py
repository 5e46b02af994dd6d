"""What a passkey or a device's key signs of a decision, and what is kept of it, so that anybody can
verify it later: with the event alone, without Assent."""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import Field

from events.devices import DeviceKey
from shared.kit.canonical import ContentHash, canonical_json
from shared.kit.device_signatures import DECISION, check_signed
from shared.kit.models import Data
from shared.kit.passkeys import Assertion, Site, check_assertion

PROFILE: Literal["webauthn.assertion/1"] = "webauthn.assertion/1"
OF_A_DEVICE: Literal["device.jws/1"] = "device.jws/1"
# Left out where it is None: older decisions were signed without it.
OmittedIfNone = Annotated[int | None, Field(exclude_if=lambda value: value is None)]


class DecisionStatement(Data):
    """All that somebody decided. `choices_hash` is the SHA-256 of the canonical JSON of everything
    else in the decision's body (docs/contracts.md, Decisions with a passkey). `seen_version` is the
    version of the approval that was on the screen, `read_ms` for how many milliseconds it was;
    neither is there where the decision did not say it."""

    v: Literal[1] = 1
    tenant: str
    approval_id: str
    decision: str
    choices_hash: ContentHash
    decision_hash: ContentHash
    client_decision_id: str
    seen_version: OmittedIfNone = None
    read_ms: OmittedIfNone = None

    @property
    def said(self) -> dict[str, Any]:
        """The statement as JSON: what a device signs in its canonical form."""
        return self.model_dump(mode="json")

    @property
    def challenge(self) -> bytes:
        """What a passkey signs: the SHA-256 of the statement's canonical JSON."""
        return hashlib.sha256(canonical_json(self.said)).digest()


class DecisionSignature(Data):
    """A device's signature of a decision: `signature` is a compact JWS by ES256 over the canonical
    JSON of `statement`, whose header has the device's id as `kid`, by the device's `key`."""

    profile: Literal["device.jws/1"] = OF_A_DEVICE
    device_id: str
    key: DeviceKey
    statement: DecisionStatement
    signature: str

    def verify(self) -> None:
        """Raises DeviceSignatureRefused unless this key signed this statement. Whose key it is, the
        event `device.registered` says."""
        said, key = self.statement.said, self.key
        check_signed(self.signature, x=key.x, y=key.y, typ=DECISION, statement=said)


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
