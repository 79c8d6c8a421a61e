"""The public pages: what changed, what holds where I live, how do you know."""
