"""The provider's package warns of what it deprecates when a part of it is first used; warnings are
errors in tests, and these are nobody's doing here."""

import warnings

from pulumi_gcp import monitoring

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    # Its parts are loaded at the first look into them.
    _ = monitoring.AlertPolicy
