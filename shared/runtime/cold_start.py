"""The garbage collector stands still while a process starts: nothing that is imported is garbage,
and looking for some takes a fifth of the start."""

import gc


def begin_cold_start() -> None:
    """Called first in an entry point, before anything heavy is imported."""
    gc.disable()


def end_cold_start() -> None:
    """Called once the first request is answered, when all that it needed is imported. What is there
    by then stays for good and is never looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
