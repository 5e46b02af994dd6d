"""A tenant's usage: counted from its audit log, added up by the hour, and proved down to each
receipt. This package alone writes the tables `usage_*`."""
