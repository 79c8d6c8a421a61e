"""The machinery that runs jobs for months: it knows how to run one, never which."""
