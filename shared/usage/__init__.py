"""What a tenant used: counted from its audit log, rolled up by the hour, and provable to the last
receipt. This package alone writes the tables `usage_*`."""
