"""Folders of counties: making one, and looking whether what it holds can be read."""
