"""Patterns, for whoever drafts from one: kept where `learning` keeps them."""
