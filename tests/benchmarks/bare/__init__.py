"""The least an authenticated function could be: what cold starts and reads are compared with."""
