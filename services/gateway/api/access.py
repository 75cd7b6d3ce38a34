"""Who may call the gateway's own endpoints."""

from shared.http import EVERYBODY, ROLES, Access, Role

SIGNED_IN: frozenset[Role] = frozenset(ROLES) - EVERYBODY - {"service"}
ADMINISTRATOR: frozenset[Role] = frozenset({"administrator"})

ACCESS: Access = {
    ("POST", "/session"): EVERYBODY,
    ("DELETE", "/session"): EVERYBODY,
    ("GET", "/me"): SIGNED_IN,
    ("PUT", "/me/password"): SIGNED_IN,
    ("GET", "/me/export"): SIGNED_IN,
    ("DELETE", "/me"): SIGNED_IN,
    ("GET", "/users"): ADMINISTRATOR,
    ("POST", "/users"): ADMINISTRATOR,
    ("GET", "/users/{user}"): ADMINISTRATOR,
    ("PATCH", "/users/{user}"): ADMINISTRATOR,
    ("GET", "/tokens"): ADMINISTRATOR,
    ("POST", "/tokens"): ADMINISTRATOR,
    ("DELETE", "/tokens/{token}"): ADMINISTRATOR,
    ("POST", "/setup"): EVERYBODY,
    ("GET", "/live"): EVERYBODY,
}
