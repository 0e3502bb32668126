"""From what a source offers to what is staged, and what is late or wrong on the way."""
