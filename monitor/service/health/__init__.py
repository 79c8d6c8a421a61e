"""How the service is, told to its operator: standing, notices, metrics, pings."""
