"""The search for persons in files that sources take in: below all of them."""
