"""How the platform runs: compositions, command line, demo data, locks."""
