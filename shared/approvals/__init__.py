"""Approvals, for whoever acts on a decision: read where `approvals` keeps them."""

from shared.approvals.known import KnownApproval
from shared.approvals.reading import read_approval

__all__ = ["KnownApproval", "read_approval"]
