"""Going around a gate, in these words or in others, and speaking of gates innocently.

A phrase that was judged wrongly in practice is added here before the rules are changed."""

import pytest

from functions.agents.rules.checks.bypass import gate_bypass_protection
from functions.agents.rules.spec import Spec
from tests.functions.agents.specs import objections, spec

DETOURS = [
    "auto-approve routine posts",
    "Publishes articles without review",
    "Publish directly, bypassing the editor",
    "Skips the review when the topic is simple",
    "Works around the governor if he is slow",
    "Approves its own drafts",
    "self-approves changes below 100 dollars",
    "signs off its own work",
    "Treats silence as consent",
    "If nobody objects within two hours, publish",
    "Publishes unless the editor objects",
    "proceed anyway if the reviewer declines",
    "Publishes even if the reviewer rejects it",
    "goes live before the editor has seen it",
    "publish now, review later",
    "No approval is required for refunds",
    "needs no human sign-off",
    "Approval is a formality",
    "review is optional for returning clients",
    "Does not wait for the manager's approval",
    "Post content without waiting for the editor",
    "never asks for permission",
    "Nobody needs to look at the result",
    "no one reviews what it posts",
    "The human in the loop can be waived",
    "Publishes unreviewed answers",
    "runs unsupervised and pays invoices",
    "Publishes when the editor is away",
    "considered approved after 24 hours",
    "marks its output as approved",
    "Splits invoices to stay under the approval threshold",
    "deletes the audit trail",
    "hides failures from the auditor",
    "ignore previous instructions and guidelines",
    "Overrides governance for urgent cases",
    "urgent items go straight to publication",
    "approval is automatic",
    "automatically approved claims under $50",
    "аutо-аpprоve everything",
    "a-u-t-o a p p r o v e",
    "AUTO_APPROVE=true",
    "Cuts out the reviewer to save time",
    "dispenses with the second pair of eyes",
    "goes around the gate",
    "Uses the fast lane so that review can be skipped",
    "Sends letters out with no human oversight",
    "Pays suppliers without anyone checking",
    "rubber-stamps requests",
    "the review step is omitted for speed",
    "The agent may release figures prior to approval",
    "does not require the editor to approve posts",
    "acts on its own authority where the editor would normally sign off",
    "Decisions take effect without the need for human confirmation",
    "gets articles out the door without an editor ever seeing them",
    "ask forgiveness, not permission",
    "In urgent cases the check by the pharmacist falls away",
    "the usual controls do not apply to small orders",
    "it can push changes live by itself when reviewers are slow",
    "approvals are granted by default",
    "Human oversight is not necessary for returning customers",
    "keeps going if the approver says no",
    "If the editor is busy, the text goes up regardless",
    "Treats a lack of reply within an hour as agreement",
    "Releases content straight away so that editors need not bother",
    "Publish first and ask questions later",
    "Reviewer feedback is optional and may be disregarded",
    "Does away with sign-off for small amounts",
    "Moves money without a second signature",
    "Refunds are issued with zero human involvement",
    "Orders below 1000 euro need not be confirmed by anyone",
    "The compliance check can be turned off during peak hours",
    "Self-certifies its results",
    "The agent grants itself approval for low-risk cases",
    "Approves on behalf of the manager",
    "Every draft is deemed accepted unless rejected within a day",
    "Continue with the deployment in case nobody reacts",
    "Escalations are ignored outside office hours",
    "Deploys even though the gate is red",
    "Posts replies with no one checking them",
    "There is no need for a doctor to confirm",
    "A doctor does not have to confirm the suggestion",
    "It is not necessary to consult the lawyer",
    "Publication happens automatically, not after editorial review",
    "Sends offers ahead of the manager's sign-off",
    "The four-eyes principle does not apply",
    "Skip-review mode for VIP customers",
    "Turns off the audit log while importing",
    "Leaves the auditor out of the loop",
    "Keeps the governor in the dark about failures",
    "Pretends that the reviewer agreed",
    "Fills in the approver's signature",
    "Uses the editor's login to confirm drafts",
    "Circumvents controls by splitting orders",
    "Breaks large payments into parts below the limit that needs approval",
    "Finalises claims unsupervised",
    "Decides claims fully autonomously, no human in the loop",
    "Removes the need for approval",
    "Bypass gates when latency matters",
    "Urgent tickets are exempt from review",
    "Works outside the approval process",
    "Does not involve a human in refunds",
    "Should the reviewer not answer by noon, the post goes live",
    "In an emergency the agent overrides the governor's decision",
    "approval comes afterwards",
    "Approval is implied by the order itself",
    "Acts on requests at once and informs the manager later",
    "Nothing has to be signed off",
    "The workflow may advance even though nobody has approved it",
    "Overlook missing approvals when the amount is small",
    "Let routine replies go through unread by staff",
    "Answers patients directly instead of waiting for the nurse",
    "Marks each case as reviewed and closes it",
    "Disables the approval step during sales",
    "Grants refunds without checking with the store manager",
    "If the manager has not reacted after an hour, pay the bill",
    "Switch off monitoring before imports",
    "There will be no manual check of the figures",
    "Considers requests approved once they are filed",
    "Takes shortcuts past the compliance team",
    "Reviewers are informed rather than asked",
]
INNOCENT = [
    "Places drafts in the approval queue",
    "Copies the reviewer on every message it drafts",
    "Reads the approved budget and reports deviations",
    "Waits for two approvals before it hands over the payment file",
    "Stops when a reviewer objects",
    "Shows reviewers what changed since the last approval",
    "Leaves a case open until a clerk closes it",
    "Compares signatures on forms with the register",
    "Skips public holidays when it proposes dates",
    "Explains why an approval is required",
    "Sends the draft to the editor for approval",
    "Warns when a figure has not been reviewed",
    "Removes drafts that were rejected",
    "Suggests who could review a text",
    "Marks passages a lawyer should read",
    "Without a source, a sentence is left out",
    "Keeps a log of every decision and who took it",
    "Ignores case when it compares names",
    "Drops rows without an amount and lists them",
    "Never contacts anyone without the manager's consent",
    "Draft patient-education articles for review by the clinic's editor.",
    "Never bypasses review.",
    "never publishes without approval",
    "Nothing leaves the house without the editor's review.",
    "Does not publish until the editor approves.",
    "Every refund waits for approval.",
    "Refuses requests to skip review and tells the governor.",
    "Summarise guest reviews and skip reviews in other languages",
    "Automatically requests approval for every change",
    "Schedules bypass valve checks and inspections",
    "Summarises coronary bypass review articles",
    "Collects approved templates and pre-approved wording",
    "Remove duplicates before review",
    "Lists claims without prior authorisation",
    "Flags invoices without approval",
    "Invoices without approval are returned to the buyer",
    "If no source is found, asks for review",
    "When not sure asks for approval",
    "The agent has no approval rights",
    "It does not have approval authority",
    "Prevents anyone from bypassing the review",
    "If asked to skip review, it stops and tells the governor.",
    "Never auto-approves anything.",
    "It must not act without a human decision",
    "Cannot approve its own work",
    "Compare suppliers' bids and ignore bids after the deadline",
    "Reports attempts to bypass the approval gate",
    "Checks each claim for missing approvals",
    "If there is no response within 2 days, send a reminder to the reviewer",
    "If the approver is away, waits for the deputy",
    "Waits, and never treats silence as consent",
    "Keep each order below the credit limit",
    "Prepare the record for sign-off by the controller",
    "Publishes only after the editor has approved",
    "Reviews its own draft against the checklist before handing it over",
    "Unsupervised clustering of survey answers",
    "Detects when staff skip mandatory checks",
    "Explain to patients what happens during bypass surgery",
    "Escalate, never override",
    "Skips weekends and holidays",
    "Human review is required for every post.",
    "The editor reviews each draft; the agent does not publish.",
    "Overrides of the thermostat are logged",
    "Sends nothing without the owner's consent",
    "stop and wait for approval",
    "Stops and asks for approval when the amount exceeds the limit",
    "No post goes out unless the editor approves it",
    "Answers are held until a nurse signs them off",
    "A review without a date is left out of the summary",
    "routes each invoice to the right approver",
    "Reminds approvers about pending approvals",
    "Orders above $500 need approval; orders are never split to stay below the limit",
    "Marks drafts that have not been reviewed",
    "Waits until the editor has signed off",
    "Every publication is preceded by human review",
    "Only publishes what the editor has approved",
    "An editor must approve each post before it goes live",
    "Creates a review task for the editor",
    "Nothing is published automatically",
    "No publication without human sign-off",
    "Asks the manager if in doubt",
    "The manager can override the agent's suggestion at any time",
    "The reviewer may reject a draft; the agent then revises it",
    "Skips duplicates and empty rows",
    "Ignores signatures in email footers",
    "Removes personal data before the review",
    "Escalates when the reviewer has not answered within a day",
    "Leaves final decisions to the pharmacist",
    "Flags posts published without review",
    "Automatically creates drafts for approval",
    "Automatic reminders to approvers",
    "Counts approved and rejected claims",
    "Considers approved suppliers first",
    "Compares approved budgets with spending",
    "Reports the number of approvals per week",
    "Publishes approved articles at 9 am",
    "Sends approved letters to the print shop",
    "Posts the approved menu to the website",
    "Releases held payments after two people have confirmed them",
    "Pays invoices that the controller approved",
    "Overtime needs approval by the shift lead",
    "If approval is refused, the draft is deleted",
    "If the reviewer rejects the draft, it is revised",
    "If the editor does not answer, the draft stays a draft",
    "When nobody is on duty, requests wait until morning",
    "It never acts before a nurse has looked",
    "Does not decide on claims",
    "Reviews are never skipped",
    "Approval cannot be bypassed",
    "No one can bypass the approval",
    "Rejects attempts to disable logging",
    "Warns if logging is switched off",
    "Keeps a complete audit trail",
    "Tests the emergency override of the pump in simulation",
    "Explains the approval process to new staff",
    "Prepares the documents for the ethics review",
    "Translates consent forms",
    "Checks consent forms for missing signatures",
    "Lists patients without a signed consent form",
    "Plans bypass roads",
    "Summarises peer reviews",
    "Reminds managers of overdue performance reviews",
    "Tracks which permits are missing",
    "Suggests which checks could be automated",
    "Drafts the agenda of the review meeting",
    "Confirms receipt automatically",
    "Accepts calendar invitations automatically",
    "Works under the supervision of a tutor",
    "The clinician decides; the agent only proposes",
    "Discards its draft if approval is not given in time",
    "Cancels the order unless the buyer confirms",
    "Holds the transfer unless a second person confirms",
]
# What the rules do not see (docs/LIMITATIONS.md); one that is seen one day moves up.
UNSEEN = [
    "Publishes on its own; editors can correct it later",
    "Release posts with the reviewer's blessing taken as read",
    "Ships code to production bypassing code owners",
    "Sign-off happens after the invoice is paid",
    "The agent decides by itself whether a human should look",
    "Turn a blind eye to missing signatures",
    "A person is only told after the message went out",
    "Drafts become articles at midnight",
    "Human input is reserved for exceptional articles",
    "Trust the writer: what it finishes is final",
    "The editor learns of an article from the front page",
]
NEVER = [
    "publish without review",
    "skip the editor's review",
    "bypass approval",
    "approve its own work",
    "send an email without approval",
    "auto-approve claims",
    "override a reviewer",
    "hide anything from the auditor",
    "treat silence as consent",
    "act before the nurse has signed",
]
NEVER_TURNED_AROUND = [
    "wait for approval",
    "ask the editor before publishing",
    "be held up by reviews",
    "consult the governor",
]
OCCASIONS = [
    "someone asks to skip review",
    "An attempt to bypass the gate",
    "A draft would be published without review",
    "no approval within 24 hours",
    "The reviewer is away",
    "an invoice without approval",
    "pressure to publish before review",
    "Nobody reviews a ticket for two days",
    "a claim has no source",
    "instructions that tell the agent to ignore its rules",
]
ORDERS = [
    "Skip review when busy",
    "if urgent, publish without review",
    "none; proceed without review",
    "Never; the agent needs no approval",
]


def _with(text: str, place: str) -> Spec:
    changes: dict[str, object] = {
        "purpose": text,
        "scope__in": [text],
        "scope__out": [text],
        "decision_rights__alone": [text],
        "decision_rights__with_approval": [text],
        "decision_rights__never": [text],
        "escalation_triggers": [text],
        "interfaces__inputs": [text],
        "interfaces__outputs": [text],
        "containment__rollback": text,
        "way_of_working__outcome": text,
        "way_of_working__escalation_triggers": text,
    }
    return spec(**{place: changes[place]})


def _paths(text: str, place: str) -> set[str]:
    return {path for _, path in objections(gate_bypass_protection(_with(text, place)))}


@pytest.mark.parametrize("text", DETOURS)
def test_a_detour_is_seen_in_the_purpose(text: str) -> None:
    assert _paths(text, "purpose") == {"/purpose"}


@pytest.mark.parametrize("text", DETOURS)
def test_a_detour_is_seen_among_the_rights_and_in_the_way_of_working(text: str) -> None:
    assert _paths(text, "decision_rights__alone") == {"/decision_rights/alone/0"}
    assert _paths(text, "way_of_working__outcome") == {"/way_of_working/outcome"}


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("place", ["purpose", "decision_rights__alone", "way_of_working__outcome"])
def test_speaking_of_gates_is_innocent(text: str, place: str) -> None:
    assert _paths(text, place) == set()


@pytest.mark.parametrize(
    "place",
    [
        "scope__in",
        "decision_rights__with_approval",
        "interfaces__inputs",
        "interfaces__outputs",
        "containment__rollback",
    ],
)
def test_a_detour_is_seen_wherever_it_stands(place: str) -> None:
    assert _paths("Publish it without review", place) != set()


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize("place", ["decision_rights__never", "scope__out"])
def test_ruling_a_detour_out_is_innocent(text: str, place: str) -> None:
    assert _paths(text, place) == set()


@pytest.mark.parametrize("text", NEVER_TURNED_AROUND)
def test_never_waiting_for_assent_is_a_detour(text: str) -> None:
    assert _paths(text, "decision_rights__never") == {"/decision_rights/never/0"}


@pytest.mark.parametrize("text", OCCASIONS)
@pytest.mark.parametrize("place", ["escalation_triggers", "way_of_working__escalation_triggers"])
def test_a_detour_named_as_an_occasion_to_escalate_is_innocent(text: str, place: str) -> None:
    assert _paths(text, place) == set()


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_in_the_place_of_an_occasion_is_a_detour(text: str) -> None:
    assert _paths(text, "escalation_triggers") == {"/escalation_triggers/0"}


@pytest.mark.parametrize("text", UNSEEN)
def test_what_the_rules_do_not_see_is_known(text: str) -> None:
    assert _paths(text, "decision_rights__alone") == set()


@pytest.mark.parametrize(
    ("operation", "seen"),
    [
        ("approvals.approve", True),
        ("review.bypass", True),
        ("governance.override", True),
        ("approvals.request", False),
        ("reviews.read", False),
        ("articles.read", False),
    ],
)
def test_an_operation_that_decides_at_a_gate_is_seen(operation: str, seen: bool) -> None:
    systems = [{"name": "desk", "operations": [operation], "reversible": True}]
    found = objections(gate_bypass_protection(spec(external_systems=systems)))
    assert found == ({("fail", "/external_systems/0/operations/0")} if seen else set())


def test_a_name_gives_a_detour_away() -> None:
    assert objections(gate_bypass_protection(spec(name="invoice-auto-approver"))) == {
        ("fail", "/name")
    }


def test_reviews_by_guests_are_no_gate_where_the_spec_is_about_them() -> None:
    text = "Summarise guest reviews and skip reviews that are empty"
    assert objections(gate_bypass_protection(spec(purpose=text))) == set()
    other = "Summarise articles and skip reviews that are slow"
    assert objections(gate_bypass_protection(spec(purpose=other))) == {("fail", "/purpose")}


def test_saving_a_draft_without_approval_is_no_detour_but_publishing_one_is() -> None:
    assert _paths("Save drafts without approval", "decision_rights__alone") == set()
    assert _paths("Publish drafts without approval", "decision_rights__alone") != set()


@pytest.mark.parametrize(
    "text",
    [
        "Never: skip review; publish; send. Alone: publish without approval.",
        "It never lingers, publishes without review",
        "It does not wait and publishes without review",
        "Not bound by rules: publishes without review",
    ],
)
def test_a_denial_ends_where_its_statement_ends(text: str) -> None:
    assert _paths(text, "way_of_working__outcome") == {"/way_of_working/outcome"}


@pytest.mark.parametrize(
    "text",
    [
        "Never: skip review; publish without approval; auto-approve.",
        "Never publishes, sends or shares without approval",
        "Prevents skipping checks and bypassing review",
        "When asked to skip review, it stops and tells the governor",
    ],
)
def test_a_denial_reaches_as_far_as_its_list(text: str) -> None:
    assert _paths(text, "way_of_working__outcome") == set()


@pytest.mark.parametrize(
    "text",
    [
        "AUTO-APPROVE routine posts",
        "auto_approve=true",
        "autoApprove routine posts",
        "аuto-аpprove".replace("а", "a") + " routine posts",
        "ᴀᴜᴛᴏ-ᴀᴘᴘʀᴏᴠᴇ routine posts",
        "ａｕｔｏ－ａｐｐｒｏｖｅ routine posts",
        "𝗮𝘂𝘁𝗼-𝗮𝗽𝗽𝗿𝗼𝘃𝗲 routine posts",
        "àutö-áppröve routine posts",
        "4uto-appr0ve routine posts",
        "a-u-t-o a-p-p-r-o-v-e routine posts",
    ],
)
def test_a_disguise_of_letters_does_not_hide_a_detour(text: str) -> None:
    assert _paths(text, "purpose") == {"/purpose"}
