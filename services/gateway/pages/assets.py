"""Style, script and mark of the pages: made at start from our own files and a locked wheel, named by their content.

htmx and its SSE extension are static files of the `django-htmx` distribution; they are read, never imported. Names
carry a hash of the content, so that browsers may keep files forever; a gzipped copy lies beside each in the cache.
"""

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent.parent / "static"
STYLES = ("tokens.css", "base.css", "layout.css", "parts.css", "print.css")
SCRIPTS = ("django_htmx/static/django_htmx/htmx-2.min.js", "django_htmx/static/django_htmx/ext/hx-sse-2.min.js")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file as it is served, plain and gzipped."""

    name: str
    media_type: str
    plain: bytes
    packed: bytes


def tightened(css: str) -> str:
    """Leave comments and indentation out of a style sheet."""
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "\n".join(line.strip() for line in without_comments.splitlines() if line.strip())


def _style() -> bytes:
    return "\n".join(tightened((STATIC / name).read_text("utf-8")) for name in STYLES).encode()


def _script() -> bytes:
    wheel = distribution("django-htmx")
    foreign = [Path(str(wheel.locate_file(name))).read_text("utf-8") for name in SCRIPTS]
    return ";\n".join([*foreign, (STATIC / "live.js").read_text("utf-8")]).encode()


def _named(stem: str, suffix: str, media_type: str, plain: bytes) -> Asset:
    name = f"{stem}-{sha256(plain).hexdigest()[:12]}.{suffix}"
    return Asset(name, media_type, plain, gzip.compress(plain, 9, mtime=0))


class Assets:
    """The files that pages link to."""

    def __init__(self, cache: Path) -> None:
        """Make the files and lay them into `cache`/assets, from where a proxy may serve them."""
        self._by_stem = {
            "site": _named("site", "css", "text/css; charset=utf-8", _style()),
            "live": _named("live", "js", "text/javascript; charset=utf-8", _script()),
            "mark": _named("mark", "svg", "image/svg+xml", (STATIC / "mark.svg").read_bytes()),
        }
        self._by_name = {asset.name: asset for asset in self._by_stem.values()}
        self._lay(cache / "assets")

    def url(self, stem: str) -> str:
        """Return the address of `site` (style), `live` (script) or `mark` (icon)."""
        return f"/static/{self._by_stem[stem].name}"

    async def serve(self, request: Request) -> Response:
        """Answer a request for a file, gzipped where the browser takes it."""
        asset = self._by_name.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.plain, media_type=asset.media_type, headers=headers)
        return Response(asset.packed, media_type=asset.media_type, headers={**headers, "content-encoding": "gzip"})

    def _lay(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for asset in self._by_name.values():
            for path, content in ((folder / asset.name, asset.plain), (folder / f"{asset.name}.gz", asset.packed)):
                if not path.exists():
                    half = path.with_name(f"{path.name}.half")
                    half.write_bytes(content)
                    half.replace(path)
