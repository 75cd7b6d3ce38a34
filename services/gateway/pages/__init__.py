"""The pages of Megdan, drawn on the server.

```
pages = Pages(backend, look, cache, clock)
pages.routes                                        # Bulgarian at /…, English at /en/…, assets at /static/…
pages.render_error(request, status, problem)        # 403, 404, 429, 500, 503 as a page
pages.render_signin(request, fault=None, next="/")  # the form; its POST is the caller's
```
Whoever mounts them sets `request.state.person` (Person or None) and `request.state.csrf`, and checks forms' tokens.
"""

from services.gateway.pages.backend import Backend, Json, Person, Reply
from services.gateway.pages.look import Look, time_zone
from services.gateway.pages.routes import Pages

__all__ = ["Backend", "Json", "Look", "Pages", "Person", "Reply", "time_zone"]
