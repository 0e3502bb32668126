"""What keeps a home fit: backups, deleting by rule, bringing it to newer formats."""
