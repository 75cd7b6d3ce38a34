"""The only door: pages, sign-in, roles, the edge of the API, live updates. See README.md."""
