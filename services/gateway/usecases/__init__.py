"""The verbs of the gateway: accounts, signing in and out, tokens, the first administrator."""
