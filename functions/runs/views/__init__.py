"""What callers see, a file for each noun."""
