"""The dependencies gate: every pinned version against a database of published advisories."""
