"""Calls of models by programs that exist already: routed, bounded, paid for and recorded."""
