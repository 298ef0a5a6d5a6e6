"""Is what would be merged the content that was approved? Computed by git, decided purely."""
