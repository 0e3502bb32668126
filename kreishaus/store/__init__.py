"""What is kept of each dataset: landed, staged and in quarantine, with journal and index."""
