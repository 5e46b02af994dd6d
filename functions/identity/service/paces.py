"""How fast devices ask whether somebody decided: remembered by this instance alone, so that no
question costs a write."""

from collections import OrderedDict
from datetime import datetime

from functions.identity.rules.device_grant import Pace
from functions.identity.rules.refusals import GrantRefused

_MOST = 1000
_paces: OrderedDict[str, Pace] = OrderedDict()


def refuse_haste(user_code: str, at: datetime) -> None:
    """Raises GrantRefused (`slow_down`) where the device that waits with the code asked this
    instance a moment ago."""
    before = _paces.pop(user_code, None)
    _paces[user_code] = before.then(at) if before is not None else Pace(at)
    if len(_paces) > _MOST:
        _paces.popitem(last=False)
    if before is not None and before.is_too_fast(at):
        seconds = int(_paces[user_code].interval.total_seconds())
        raise GrantRefused("slow_down", f"wait {seconds} seconds before you ask again")
