"""Evidence: gathered once, recorded, and judged again by anyone, anywhere."""
