"""The governor's view: pure rules from events to documents, and from documents to answers."""
