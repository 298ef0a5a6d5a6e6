"""The code gate: static analysis of the files, with a ledger of what was looked at."""
