"""What the reader gets: one file a format, listed in `registry.FORMATS`."""
