"""What is known of published versions: OSV records, compiled into one file that answers at once."""
