"""Deleting by rule: what is due, what is held back and why, and the deed."""
