"""The one place that talks to GitHub: the client, its queries, the answers it believes."""
