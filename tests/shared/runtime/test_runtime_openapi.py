"""The description of an API says what FastAPI cannot see: media types, and refusals."""

from typing import Annotated

from fastapi import Depends

from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.runtime.app import describe_only
from shared.runtime.auth import requires
from shared.runtime.bodies import JSON, YAML, Accepts
from shared.runtime.routes import Router

router = Router(action="me.read")


class Inner(Model):
    number: int


class Spec(Model):
    inner: Inner


@router.get("/v1/things")
async def listing(
    caller: Annotated[Caller, Depends(requires("things:read"))], limit: int = 25
) -> Inner:
    """Lists things."""
    raise NotImplementedError


@router.put("/v1/things/{id}", status_code=202)
async def change(
    id: str,
    caller: Annotated[Caller, Depends(requires("things:write"))],
    body: Annotated[Spec, Accepts((JSON, YAML))],
) -> None:
    """Changes a thing."""


DOCUMENT = describe_only(function="things", summary="All things.", router=router).openapi()


def test_reads_and_writes_document_their_refusals() -> None:
    read = DOCUMENT["paths"]["/v1/things"]["get"]["responses"]
    assert {"200", "400", "401", "403", "413", "415", "422", "429", "503"} <= set(read)
    assert not {"409", "410", "412"} & set(read)
    write = DOCUMENT["paths"]["/v1/things/{id}"]["put"]["responses"]
    assert {"202", "400", "404", "409", "410", "412", "413", "415"} <= set(write)
    for status, response in (*read.items(), *write.items()):
        if not status.startswith("2"):
            assert list(response["content"]) == ["application/problem+json"]


def test_a_body_is_described_under_each_media_type_with_what_it_holds() -> None:
    body = DOCUMENT["paths"]["/v1/things/{id}"]["put"]["requestBody"]
    assert body["required"] is True
    assert set(body["content"]) == {"application/json", "application/yaml"}
    assert {"Spec", "Inner", "Problem", "ProblemError"} <= set(DOCUMENT["components"]["schemas"])


def test_the_document_is_made_once_and_names_the_function() -> None:
    app = describe_only(function="things", summary="All things.", router=router)
    assert app.openapi() is app.openapi()
    assert DOCUMENT["info"]["title"] == "Assent: things"
    assert "/healthz" not in DOCUMENT["paths"]
