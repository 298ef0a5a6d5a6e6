"""The one append-only, hash-chained store that phases and evidence share."""
