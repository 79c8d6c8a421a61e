"""Agreement documents: which wording each has, where it departs from it, what it says against the list, and search."""
