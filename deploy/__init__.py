"""How the platform runs: compositions, command line, demo data, locks."""

VERSION = "0.1.0"
"""The program's version, as backups and `--version` name it."""
