"""Judging batches: suites, the county's own expectation classes, the runner and Data Docs."""

import os

# Great Expectations reads this when it is imported, which only happens below this package:
# nothing phones home, whatever the machine's own environment says.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
