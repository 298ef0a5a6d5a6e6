"""The secrets gate: nothing that opens a door may stand in the files or commits of a change."""
