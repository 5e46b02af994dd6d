"""Files in and out of runs: uploaded, checked, kept for their time, and removed."""
