"""One module a kind of page: each turns an address into a template and what the template is told."""
