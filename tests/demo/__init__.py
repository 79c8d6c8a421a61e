"""The whole service shown on made-up lists: `python -m tests.demo`. No internet is needed."""
