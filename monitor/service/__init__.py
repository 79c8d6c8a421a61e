"""The unattended service: its jobs, when they run, and how it is known to be well."""
