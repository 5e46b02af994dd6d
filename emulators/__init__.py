"""The local platform: Google's emulators, our own for services without one, and functions as
processes."""
