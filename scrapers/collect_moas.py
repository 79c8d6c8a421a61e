"""A pass over the agreements' documents."""
