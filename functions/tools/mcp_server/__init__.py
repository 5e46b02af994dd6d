"""Assent as a server of the Model Context Protocol: the tools that an agent elsewhere may use."""
