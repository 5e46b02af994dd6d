"""How long a computation over the worst input may take in a test."""

# Of processor time. Alone each takes a fifth of a second; branch coverage and a busy machine
# multiply that. What is quadratic takes longer still.
AMPLE_SECONDS = 10.0
