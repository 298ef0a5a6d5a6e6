"""The command line: one file a command; parse, wire, run, print, exit. No logic."""
