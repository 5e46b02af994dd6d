"""What people write in a browser: specs, credentials, connectors, the approval policy, the
issuer."""

import re

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.world import World

pytestmark = pytest.mark.platform

HOST = "api.helpdesk.example"


def test_a_spec_is_submitted_returned_and_revised(phone: Phone, founder: Founder) -> None:
    phone.opens("agents")
    phone.page.get_by_role("link", name="Submit an agent").click()
    spec = phone.page.get_by_label("Spec")
    draft = spec.input_value()
    spec.fill("name: desk\nsystems: 5\nodd: 1\n")
    phone.presses("Submit it")
    phone.is_refused("must be a list")
    phone.is_for_everybody()
    spec.fill(draft)
    phone.presses("Submit it")
    phone.says("It is returned.")
    expect(phone.text.locator(".finding").filter(has_text="no skill is named")).to_be_visible()
    phone.is_for_everybody()
    (case,) = founder.get("/v1/workflows")["items"]
    spec.fill(draft.replace("skills: []", "skills: [classify]"))
    phone.presses("Submit the revision")
    expect(phone.text.locator(".finding").filter(has_text="no skill is named")).to_have_count(0)
    assert founder.get(f"/v1/workflows/{case['case_id']}")["revision"] == 2
    phone.opens(f"agents/{case['agent_id']}")
    phone.page.get_by_role("link", name="Revise the spec").click()
    expect(phone.page.get_by_label("Spec")).to_have_value(re.compile("- classify"))
    phone.opens(f"agents/{case['agent_id']}")
    phone.presses("Cancel the case")
    phone.presses("Cancel it now")
    phone.says("The case is cancelled")
    assert founder.get(f"/v1/workflows/{case['case_id']}")["status"] == "cancelled"


@pytest.mark.nightly
def test_what_is_stored_is_submitted_again_as_the_same_spec(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    case = World(running.client, founder.tenant).live("writer")
    phone.opens(f"agents/{case['agent_id']}")
    phone.page.get_by_role("link", name="Change the spec").click()
    phone.presses("Submit the change")
    phone.is_refused("changes nothing")
    phone.opens("agents/new")
    phone.presses("Start from a definition")
    phone.page.get_by_label("Product").select_option("claude")
    phone.page.get_by_label("Definition").fill(
        "---\nname: helper\ndescription: Helps readers.\ntools: Read\n---\nYou help.\n"
    )
    phone.presses("Translate it")
    phone.says("The draft is below.")
    expect(phone.text).to_contain_text("it counts as restricted")
    expect(phone.page.get_by_label("Spec")).to_have_value(re.compile("^name: helper"))


def test_a_service_is_connected_with_its_credential(phone: Phone, founder: Founder) -> None:
    phone.opens("credentials")
    phone.presses("Store a credential")
    name, hosts = phone.page.get_by_label("Name"), phone.page.get_by_label("Hosts")
    name.fill("helpdesk-token")
    hosts.fill(f"{HOST}\nhttps://{HOST}")
    phone.page.get_by_label("Token", exact=True).fill("s3cret")
    phone.presses("Store it")
    phone.is_refused("must be a host")
    expect(hosts).to_be_focused()
    expect(phone.text.locator(".wrong")).to_contain_text("line 2 must be a host")
    phone.is_for_everybody()
    hosts.fill(HOST)
    phone.presses("Store it")
    phone.says("The credential helpdesk-token is stored.")
    assert "s3cret" not in (phone.text.text_content() or "")

    phone.opens("connectors")
    phone.presses("Register a connector")
    phone.page.get_by_label("Name").fill("helpdesk")
    phone.page.get_by_label("Address").fill(f"https://{HOST}/v2")
    phone.page.get_by_label("Credential").select_option("helpdesk-token")
    operations = phone.page.get_by_label("Operations")
    described = operations.input_value()
    operations.fill(described.replace('"GET"', "GET"))
    phone.presses("Register it as a draft")
    phone.is_refused("The operations are no JSON")
    operations.fill(described)
    phone.is_for_everybody()
    phone.presses("Register it as a draft")
    expect(phone.heading).to_have_text("helpdesk")
    made = founder.get("/v1/connectors/helpdesk")
    assert (made["credential"], made["status"]) == ("helpdesk-token", "draft")

    phone.presses("Change")
    phone.page.get_by_label("What it answers is").select_option("trusted")
    phone.presses("Change it")
    phone.says("The connector is changed.")
    changed = founder.get("/v1/connectors/helpdesk")
    assert changed["trust"] == "trusted"
    assert changed["operations"] == made["operations"]
    phone.text.get_by_text("tickets.read").click()
    phone.presses("Say its effect tickets.read")
    phone.page.get_by_role("combobox", name="Effect").select_option("pay")
    phone.presses("Say it")
    phone.says("The effect of tickets.read is said.")
    assert founder.get("/v1/connectors/helpdesk")["operations"][0]["effect"] == "pay"
    phone.presses("Remove")
    phone.presses("Remove now")
    phone.says("The connector is removed.")
    phone.opens("credentials")
    phone.presses("Remove helpdesk-token")
    phone.presses("Remove now")
    phone.says("The credential helpdesk-token is removed.")


def test_another_approval_policy_is_proposed_and_the_issuer_is_refused_at_its_fields(
    phone: Phone, founder: Founder
) -> None:
    phone.opens("approval-policy")
    phone.presses("Propose another policy")
    phone.presses("Add a rule")
    rule = phone.page.get_by_role("group", name="Rule 6")
    rule.get_by_label("Requests of the kind").select_option("financial")
    rule.get_by_label("From dollars").fill("100")
    rule.get_by_label("Who decides").select_option("m_of_n")
    rule.get_by_label("How many").fill("3")
    phone.page.get_by_label("Why").fill("two for money")
    phone.presses("Propose it")
    phone.is_refused("must be from 1 to the number of approvers")
    expect(rule.get_by_label("How many")).to_be_focused()
    phone.is_for_everybody()
    rule.get_by_label("How many").fill("2")
    rule.get_by_role("textbox", name="These", exact=True).fill("role:governor\nrole:governor")
    phone.presses("Propose it")
    expect(phone.heading).to_contain_text("two for money")
    (waiting,) = founder.get("/v1/approvals")["items"]
    card = founder.get(f"/v1/approvals/{waiting['id']}")
    (entry,) = (each for each in card["content"]["entries"] if each["rule"]["kind"] == "m_of_n")
    assert entry["min_amount_usd_micros"] == 100_000_000
    assert [each["role"] for each in entry["rule"]["of"]] == ["governor", "governor"]

    phone.opens("single-sign-on")
    phone.page.get_by_label("Issuer").fill("http://localhost:1")
    phone.page.get_by_label("Id of the client").fill("assent")
    phone.page.get_by_label("Secret of the client").fill("s3cret")
    phone.page.get_by_label("Mail domain").fill("clinic example")
    phone.page.get_by_label("Roles of groups").fill("Governors: boss")
    phone.presses("Name this issuer")
    phone.is_refused("must be a domain in lower case")
    expect(phone.page.get_by_label("Mail domain")).to_be_focused()
    expect(phone.text.locator(".wrong").last).to_contain_text("must be tenant_admin")
    phone.is_for_everybody()
