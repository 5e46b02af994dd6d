"""Where state lives: tenant-scoped and platform Firestore handles, PostgreSQL."""
