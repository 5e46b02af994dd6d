"""Steps of runs that are programs, in a sandbox."""
