"""What is kept of people and groups, as SCIM's resources (RFC 7643)."""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Mutability,
    Name,
    Reference,
    Required,
    Resource,
    Uniqueness,
)

_TEXT = 320
Text = Annotated[str, Field(max_length=_TEXT)]


class Email(ComplexAttribute):
    """A mail address; what it proves is the issuer's to say, at a sign-in."""

    value: Text | None = None
    type: Annotated[str | None, Field(max_length=40)] = None
    primary: bool | None = None


class User(Resource[Any]):
    """What is kept of a person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[Text | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: Text | None = None
    active: bool | None = None
    emails: Annotated[list[Email] | None, Field(max_length=5)] = None


class GroupMember(ComplexAttribute):
    """A person in a group."""

    value: Annotated[Text | None, Mutability.immutable, Required.true, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[Text | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """What is kept of a group."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[Text | None, Uniqueness.server, Required.true] = None
    members: list[GroupMember] | None = None
