"""The provider's package warns of what it deprecates while it is imported; warnings are errors in
tests, and these are nobody's doing here."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_gcp.monitoring  # noqa: F401
