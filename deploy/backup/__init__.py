"""The whole installation in one file that knows no engine, and back; and what must not come back with it."""
