"""The local platform: Google's emulators, stand-ins for what has none, functions as processes."""
