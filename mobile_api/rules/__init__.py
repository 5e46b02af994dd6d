"""What the governor sees: pure rules from events to documents, and from documents to answers."""
