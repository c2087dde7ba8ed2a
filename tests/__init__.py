"""Everything that is checked. ``python -m tests`` runs all of it; see ``__main__.py``."""
