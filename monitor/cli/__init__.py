"""The commands and what they print. `command_line` says which is where; `scheduler` adds those that fetch."""
