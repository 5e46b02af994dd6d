"""Approvals and what is learned from them, on real emulators."""

from tests.functions.approvals.conftest import cloud, mailbox, world

__all__ = ["cloud", "mailbox", "world"]
