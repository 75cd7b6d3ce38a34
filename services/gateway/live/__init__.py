"""Live updates: what changes is told to whoever watches, as server-sent events."""
