"""Is the code free of OWASP-class weaknesses? Gates: code, dependencies."""
