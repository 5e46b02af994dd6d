"""What a client is answered about a call of a tool. Pure."""

import json
from typing import TYPE_CHECKING, Any

from functions.tools.service.direct_answers import DirectCallView

if TYPE_CHECKING:
    import mcp_types

# The key of the one thing that a client is asked.
ASSENT = "assent"
_PENDING = (
    "A person has to approve this call. It was not made. Once somebody has approved it, call the "
    "tool again with exactly the same arguments. Approval: "
)
_QUESTION = (
    "The tool's server asks a question, which a person has to answer. The call waits. Once "
    "somebody has answered it, call the tool again with exactly the same arguments. Approval: "
)


def result_of(view: DirectCallView, origin: str) -> "mcp_types.CallToolResult":
    """The result of the call: what it gave, that it waits for a person, or why it was not made."""
    import mcp_types

    said = structured(view, origin)
    is_error = view.status in ("refused", "doubtful", "dispatched")
    content = [mcp_types.TextContent(text=_text(view, said))]
    return mcp_types.CallToolResult(content=content, structured_content=said, is_error=is_error)


def asked(view: DirectCallView, origin: str) -> "mcp_types.InputRequiredResult":
    """Shows the client where a person decides about the call."""
    import mcp_types

    said = structured(view, origin)
    message = "A person has to approve this call before it is made."
    if view.asks:
        message = "The tool's server asks a question, which a person has to answer."
    params = mcp_types.ElicitRequestURLParams(message=message, url=said["url"])
    request = mcp_types.ElicitRequest(params=params)
    return mcp_types.InputRequiredResult(input_requests={ASSENT: request})


def structured(view: DirectCallView, origin: str) -> dict[str, Any]:
    """What programs read: `status` and, with it, the approval or what became of the call."""
    said: dict[str, Any] = {"status": view.status}
    if view.approval_id is not None:
        said["approval_id"] = view.approval_id
    if view.status == "pending":
        said["url"] = f"{origin}/v1/approvals/{view.approval_id}"
    if view.asks:
        said["needs_answer"] = True
    call = view.invocation
    if call is None:
        return said
    said |= {"invocation_id": call.invocation_id, "receipt_id": call.receipt_id}
    if call.output is not None:
        said["output"] = call.output.value
    more = {"reason": call.reason, "detail": call.detail}
    said |= {name: value for name, value in more.items() if value is not None}
    if call.may_be_repeated:
        said["may_be_repeated"] = True
    return said


def _text(view: DirectCallView, said: dict[str, Any]) -> str:
    """What the model reads."""
    if view.status == "pending":
        return f"{_QUESTION if view.asks else _PENDING}{view.approval_id}"
    if view.status == "withdrawn":
        return "The request for an approval was withdrawn. The call was not made."
    if view.status == "confirmed":
        return json.dumps(said.get("output"), ensure_ascii=False)
    reasons = [each for each in (said.get("reason"), said.get("detail")) if each]
    return f"The call is {view.status}: {': '.join(reasons) or 'it was not made'}"
