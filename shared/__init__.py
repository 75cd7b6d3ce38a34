"""What all services speak: event contracts, bus, store, HTTP conventions, logging, settings."""
