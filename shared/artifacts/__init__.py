"""Artifacts, for the two functions that make and read them: `artifacts` owns them, `tools` keeps
what runs write and gives runs what they read."""
