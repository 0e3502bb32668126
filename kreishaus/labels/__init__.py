"""What German readers see: names, statements, numbers and dates."""
