"""Mail, sent once through a relay."""
