"""The two cookies that the gateway sets: of a session, and of a visitor whose page holds a form."""

from services.gateway.edge.caller import SESSION_COOKIE, VISITOR_COOKIE

_RULES = "Path=/; Secure; HttpOnly; SameSite=Lax"


def session_cookie(value: str, longest_s: int) -> str:
    """The cookie of a session that has begun."""
    return f"{SESSION_COOKIE}={value}; Max-Age={longest_s}; {_RULES}"


def no_session_cookie() -> str:
    """Take the cookie of a session away."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_RULES}"


def visitor_cookie(value: str) -> str:
    """The cookie that a visitor's forms are checked against, until the browser is closed."""
    return f"{VISITOR_COOKIE}={value}; {_RULES}"
