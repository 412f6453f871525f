"""Visits, and the pages on which staff change one with all who come."""
