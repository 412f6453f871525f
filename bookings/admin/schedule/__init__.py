"""Patterns, the slots that are made of them, and the pages on which staff make them."""
