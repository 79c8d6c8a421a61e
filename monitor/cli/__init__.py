"""Commands that read the log or rule on it; `scheduler` adds those that fetch."""
