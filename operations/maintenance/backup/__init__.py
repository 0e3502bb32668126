"""Backup and restore: what cannot be made again, kept elsewhere; an installation made from it."""
