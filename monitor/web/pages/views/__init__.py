"""One module for each kind of page: its views turn an address into a template and the template's values."""
