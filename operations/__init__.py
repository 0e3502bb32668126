"""The commands of whoever runs a home, and what maintains it."""
