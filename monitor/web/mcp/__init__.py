"""The log as tools for assistants (Model Context Protocol): every answer carries ids and addresses to cite."""
