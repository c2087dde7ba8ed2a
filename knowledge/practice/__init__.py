"""Practice for pupils: stories on top of the live procedures, and the questions that are made from their records."""
