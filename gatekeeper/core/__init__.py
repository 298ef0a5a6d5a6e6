"""The vocabulary and the one pipeline that every gate runs through. Pure: no I/O, no clock."""
