"""Whose approval a path needs, by the CODEOWNERS file of the base revision."""
