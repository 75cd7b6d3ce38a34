"""Every event contract; a contract is a promise."""
