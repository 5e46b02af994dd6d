"""Names that nobody may sign in with."""

from pathlib import Path

import pytest

from shared.kit.principals import functions, is_assents, is_reserved
from shared.kit.roles import ROLES
from shared.manifest.reading import function_folders

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "name",
    [
        "deadline",
        "Deadline",
        " deadline ",
        "ｄｅａｄｌｉｎｅ",
        "silence",
        "approvals",
        "service:approvals",
        "SERVICE:agents",
        "service:",
        "service:x\ny",
        "pre_01KAGQ0000000000000000000A",
        "apr_01kagq0000000000000000000a",
        "pre-01KAGQ0000000000000000000A.",
        "deadline.",
        "deadline:",
        "dead-line",
        "deadIine",
        "system",
        "Assent",
        "audit",
        "agents",
        "mobile-api",
        "service.approvals",
        "role:governor",
        "Role:cfo",
        "role.governor",
        "principal:mara",
        "principa1:mara",
        "governor",
        "G0vernor.",
        "govemor",
        "deputy",
        "tenant-admin",
        "SERVICE_RUNTIME",
        "оperator",
        "pre__01M8B5VR1J2EZ9QK3N7T4W6C92",
        "pre01M8B5VR1J2EZ9QK3N7T4W6C92",
        "pre_O1M8B5VR1J2EZ9QK3N7T4W6C92",
        "pre_01M8B5VR1J_2EZ9QK3N7T4W6C92",
        "pre_01M8B5VR1J2EZ9QK3N7T4W6C92.a",
        "a.pre_01M8B5VR1J2EZ9QK3N7T4W6C92@clinic.example",
        "apr_01M8B5VR1J2EZ9QK3N7T4W6C92.a",
        "the.deadline",
        "by-silence",
        "deadline+0",
        "deadline0",
        "deadline-bot",
        "governor-2",
        "the tenant admin",
        "platform-admin",
        "the developer",
        "guardian.2",
        "End User",
        "mobile.api.x",
        "Assent.system",
        "services:approvals",
        "a.service:approvals",
        "the.dead-line",
        "deadline@clinic.example",
        "by.silence@clinic.example",
        "system@clinic.example",
        "deadline@clinic",
    ],
)
def test_a_name_that_stands_for_assent_itself_is_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name",
    [
        "amira",
        "amira@clinic.example",
        "bob_smith",
        "a service",
        "pre_",
        "agent",
        "rodeo:x",
        "audit@clinic.example",
        "mara.audit@governor.example",
        "mara@system.example",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "svc-3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "google-oauth2|103547991597142817347",
        "preliminary-notices-of-berlin@clinic.example",
        "presystems",
        "systematic",
        "audited",
        "developer@clinic.example",
        "developers",
    ],
)
def test_an_ordinary_name_is_not(name: str) -> None:
    assert not is_reserved(name)


@pytest.mark.parametrize("name", sorted(ROLES | set(function_folders(ROOT))))
@pytest.mark.parametrize("written", ["{}", "{}.", "service:{}", "role:{}", "service-{}", "ROLE.{}"])
def test_no_role_and_no_function_can_be_imitated(name: str, written: str) -> None:
    assert is_reserved(written.format(name))
    assert is_reserved(written.format(name).upper())


def test_every_function_of_the_checkout_is_known() -> None:
    assert {each.replace("_", "-") for each in functions()} == set(function_folders(ROOT))


@pytest.mark.parametrize(
    "name",
    [
        *("assent", "Assent-api", "prod.assent", "my-assent", "mcp_assent", "x:assent:approvals"),
        *("the assent log", "assent9", "0assent", "ass\uff45nt's cards"),
        "\N{CYRILLIC SMALL LETTER A}ssent",
    ],
)
def test_a_thing_with_assents_name_in_any_of_its_parts_is_its_own(name: str) -> None:
    assert is_assents(name)


@pytest.mark.parametrize(
    "name", ["mail as sent", "as-sent", "assents", "approvals", "assenting", ""]
)
def test_parts_that_only_make_the_name_together_are_anybodys(name: str) -> None:
    assert not is_assents(name)
