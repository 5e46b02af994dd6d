"""Decides whom a notice reaches, what it says, when it is sent and what becomes of it. Pure."""
