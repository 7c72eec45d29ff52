"""Everything -> figures (and, later, pages) for people to look at."""
