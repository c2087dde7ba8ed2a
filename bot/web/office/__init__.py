"""The office's page: what officials open in the morning."""
