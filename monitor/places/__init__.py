"""Know the counties, cities and towns of every state, to judge what a list prints."""
