"""Capsules: signed sources of automation, compiled to plans and rehearsed."""
