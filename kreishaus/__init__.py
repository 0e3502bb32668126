"""The ground: settings, the registry of datasets, and the files that everything is kept in."""
