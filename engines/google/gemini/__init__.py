"""Gemini as the tutor."""
