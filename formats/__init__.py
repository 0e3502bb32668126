"""Reading files by their format, whoever made them."""
