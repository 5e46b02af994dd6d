"""`assent/people.notify`: members of the tenant are told something."""

from events.invocations import NoticeSent
from functions.tools.own.act import Act, Done
from shared.kit.contents import Content


async def notify(act: Act) -> Done:
    """Publishes the notice in the commit of its outcome; its text is a content."""
    rest = act.invocation.invocation_id.partition("_")[2]
    text = Content.of({"text": act.arguments["text"]})
    notice_id = f"not_{rest}"
    said = {
        "notice_id": notice_id,
        "to": tuple(act.arguments["to"]),
        "text_hash": text.hash,
        "sent_at": act.at,
    }
    return Done({"notice_id": notice_id}, event=NoticeSent, said=said, contents=(text,))
