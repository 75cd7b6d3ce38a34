"""The gateway's own endpoints: sessions, own account, accounts, tokens, the first administrator, live updates."""
