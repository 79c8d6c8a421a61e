"""How the service is: status, problems, notices, metrics, health pages."""
