"""No hidden coupling: the spec must name every agent and system that it relies on."""

import re
from collections.abc import Iterator

from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.language.folding import fold, words
from functions.agents.rules.language.segments import asserted, sentences
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.spec import Passage, Role, Spec

_AGENT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_NAMED_AGENT = re.compile(
    r"\b(?:the )?([a-z0-9]+(?:-[a-z0-9]+)+)(?: |-)(?:agent|bot|assistant)\b|"
    r"\bagents? (?:named|called) ([a-z0-9]+(?:-[a-z0-9]+)*)\b"
)
_SOME_AGENT = re.compile(
    r"\b(?:an?other|other|further|downstream|upstream|sibling) (?:ai )?(?:agents?|bots?)\b"
)
_SHARED = re.compile(
    r"\b(?:shared|global|common) (?:memory|state|scratchpad|cache|variables?|database tables?|"
    r"session|folder with)\b"
)
_PEOPLE_OR_THINGS = listed(
    "customer-service real-estate call-centre call-center contact-centre contact-center "
    "front-desk back-office third-party anti-caking check-in help-desk service-desk in-house "
    "in-store on-call on-site first-line second-line"
)
# Well-known products: a text that names one relies on it.
_PRODUCTS = listed(
    "slack gmail outlook salesforce sap jira confluence stripe paypal twilio whatsapp github "
    "gitlab sharepoint zendesk shopify hubspot mailchimp quickbooks xero workday servicenow "
    "dropbox telegram facebook instagram linkedin twitter tiktok youtube notion airtable "
    "intercom freshdesk netsuite docusign moodle epic cerner tableau snowflake bigquery "
    "pagerduty"
)
_COUNTED_ON = (
    *(Role.PURPOSE, Role.IN_SCOPE, Role.ALONE, Role.WITH_APPROVAL, Role.INPUT, Role.OUTPUT),
    *(Role.SECTION, Role.ROLLBACK),
)


def no_hidden_coupling(spec: Spec) -> list[Finding]:
    """Fails where a text relies on an agent that is not in `depends_on`, on a product that is no
    declared system or source, or on shared state; or where the agent depends on itself."""
    depends_on = spec.interfaces.depends_on
    return judged(
        "no_hidden_coupling",
        _objections(spec),
        passed=shown("/interfaces/depends_on", depends_on, "all that the spec counts on is named"),
    )


def _objections(spec: Spec) -> Iterator[Objection]:
    for passage in spec.passages_of(Role.DEPENDENCY):
        if passage.text == spec.name:
            yield objection(passage.path, passage.text, "an agent cannot need itself")
        elif passage.text.strip() and not _AGENT_NAME.match(passage.text):
            yield objection(passage.path, passage.text, "is no agent's name")
    for passage in spec.passages_of(*_COUNTED_ON):
        reasons = (*_agents(spec, passage), *_products(spec, passage), *_shared(passage))
        for quote, reason in dict.fromkeys(reasons):
            yield objection(passage.path, quote, reason)


def _agents(spec: Spec, passage: Passage) -> Iterator[tuple[str, str]]:
    known = {spec.name, *spec.interfaces.depends_on}
    known |= {system.name for system in spec.external_systems}
    for match in _NAMED_AGENT.finditer(fold(passage.text)):
        name = match[1] or match[2]
        if name not in _PEOPLE_OR_THINGS and not any(name in it or it in name for it in known):
            yield passage.text, f'the agent "{name}" is not in depends_on'
    if not spec.interfaces.depends_on and asserted(passage.text, _SOME_AGENT):
        yield passage.text, "counts on another agent, and depends_on is empty"


def _products(spec: Spec, passage: Passage) -> Iterator[tuple[str, str]]:
    declared = {word for system in spec.external_systems for word in words(system.name)}
    declared |= {word for access in spec.data_access for word in words(access.source)}
    for sentence in sentences(passage.text):
        for segment in sentence:
            for at, word in enumerate(segment.words):
                if word in _PRODUCTS - declared and segment.denied(at) % 2 == 0:
                    yield segment.quote, f'"{word}" is no declared system or source'


def _shared(passage: Passage) -> Iterator[tuple[str, str]]:
    if asserted(passage.text, _SHARED):
        yield passage.text, "counts on state that others change"
