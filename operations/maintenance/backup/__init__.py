"""Backup and restore: what cannot be made again, kept elsewhere, and a house made from it."""
