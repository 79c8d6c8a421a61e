"""Telling people: subscribers and their filters, the outbox, messages, feeds and hooks. See `docs/alerts.md`."""
