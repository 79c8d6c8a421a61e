"""Find a place or an agency from what a person types: the one search of pages and API."""
