"""A message for a Slack channel, by an incoming webhook: a title, a sentence and a link. Nobody
decides anything in Slack."""

import json
from datetime import datetime

from functions.notifications.means.post import Answer, post
from functions.notifications.rules.delivery import Ended
from functions.notifications.rules.message import Message
from functions.notifications.settings import link_to

# What Slack says of a webhook that will never work again
# (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
_GONE = ("no_service", "no_team", "channel_not_found", "channel_is_archived", "invalid_token")


async def post_to_slack(url: str, message: Message, at: datetime) -> Ended:
    """What became of the message."""
    content = json.dumps(_content(message)).encode()
    found = await post(url, {"Content-Type": "application/json; charset=utf-8"}, content, at)
    if not isinstance(found, Answer):
        return found
    said = found.text.strip()
    if found.status != 200 and said in _GONE:
        return Ended("gone", f"Slack answered {found.status} {said}")
    return found.ended


def _content(message: Message) -> dict[str, object]:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Open in Assent"},
        "url": link_to(message.path),
    }
    # Plain text only: what people named may hold Slack's own marks, such as <!channel>.
    title = {"type": "plain_text", "text": message.title, "emoji": False}
    sentence = {"type": "plain_text", "text": message.sentence, "emoji": False}
    return {
        "text": _plain(f"{message.title}. {message.sentence}"),
        "blocks": [
            {"type": "header", "text": title},
            {"type": "section", "text": sentence},
            {"type": "actions", "elements": [button]},
        ],
        "unfurl_links": False,
    }


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
