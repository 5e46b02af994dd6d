"""Decisions about approvals and precedents: pure functions of values, time included."""
