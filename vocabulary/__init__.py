"""What the words of several sources mean: regions, countries, statuses, groups."""
