"""What this function owns: invocations, direct calls, connectors and credentials; the budgets of
days, in which it counts calls, and the artifacts that runs write."""

from events.connectors import CONNECTORS as CONNECTORS_COLLECTION
from events.connectors import Connector
from events.credentials import CREDENTIALS as CREDENTIALS_COLLECTION
from events.credentials import Credential
from events.tenants import TenantClosed
from functions.tools.rules.credential import CredentialBook
from functions.tools.rules.direct_call import DirectCall, next_timer
from functions.tools.rules.entity_types import INVOCATION
from functions.tools.rules.invocation import Invocation
from functions.tools.rules.open_approvals import OpenApprovals
from functions.tools.rules.retention import CallRetention
from functions.tools.rules.retention import next_timer as retention_timer
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.content import KEPT
from shared.budgets.aggregates import BUDGETS
from shared.budgets.reached import REACHED_QUOTAS
from shared.kit.workspaces import WORKSPACE
from shared.storage.buckets import Bucket

APPROVALS_KEYS = "approvals-public-keys"
# The bytes of what runs write and read.
ARTIFACT_BYTES = Bucket(KEPT, "tools-bucket-key")

# A document is invocation, consumed token and intent at once.
INVOCATIONS = Aggregate(
    noun="invocation",
    model=Invocation,
    collection="invocations",
    prefix="inv",
    entity_type=INVOCATION,
    indexed=("run_id",),
    sparse=("over_since",),
    queried=("run_id", "over_since"),
    in_workspaces=True,
)

# One for each call by its hash: what was asked for it, and what acts.
DIRECT_CALLS = Aggregate(
    noun="direct_call",
    model=DirectCall,
    collection="direct_calls",
    prefix="dcl",
    next_timer=next_timer,
    swept=lambda _: True,
    in_workspaces=True,
)

# What was removed keeps its document, so that a later one of the name goes on counting.
CONNECTORS = Aggregate(
    noun="connector",
    model=Connector,
    collection=CONNECTORS_COLLECTION,
    sparse=("listed_at",),
    composites=((WORKSPACE, "-listed_at"),),
    queried=("-listed_at",),
    in_workspaces=True,
)

CREDENTIALS = Aggregate(
    noun="credential",
    model=Credential,
    collection=CREDENTIALS_COLLECTION,
    sparse=("listed_at",),
    composites=((WORKSPACE, "-listed_at"),),
    queried=("-listed_at",),
    in_workspaces=True,
)

# One for each tenant.
BOOK_ID = "book"
BOOK = Aggregate(
    noun="credential_book",
    model=CredentialBook,
    collection="credential_books",
    id_of=lambda _: BOOK_ID,
)

CURRENT = "current"
OPEN_APPROVALS = Aggregate(
    noun="open_approvals",
    model=OpenApprovals,
    collection="open_approvals",
    id_of=lambda _: CURRENT,
)

CALL_RETENTION = Aggregate(
    noun="call_retention",
    model=CallRetention,
    collection="call_retention",
    id_of=lambda _: CURRENT,
    next_timer=retention_timer,
    swept=lambda _: True,
)

RUN = Runner(
    *("tools", INVOCATIONS, DIRECT_CALLS, OPEN_APPROVALS, CALL_RETENTION),
    *(BUDGETS, CONNECTORS, CREDENTIALS, BOOK, ARTIFACTS),
    # Written without being read.
    collections=(REACHED_QUOTAS.as_collection(),),
    timed_by_others=(ARTIFACTS,),
    # A closed tenant loses the values of its credentials.
    in_closed=(TenantClosed.event_type,),
)
