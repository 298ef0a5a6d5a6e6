"""Where the scan runs. Every engine gives the same counts: they run one pure function."""
