"""Evidence that may be looked at as often as one likes: e-processes on distinct contexts. Pure."""
