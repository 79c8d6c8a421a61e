"""Which names are real: the counties, cities and towns of every state, for judging what a list prints."""
