"""Printed papers of the county: every table as printed, so that it can be checked."""
