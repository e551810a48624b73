"""Sums: read as people say them, worked out exactly, told step by step in words for ears."""
