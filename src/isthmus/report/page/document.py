"""An HTML file that holds everything it needs, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from typing import Any

from isthmus.errors import require

Context = dict[str, Any]


def document(context: Context, data: dict[str, Any]) -> bytes:
    """The page of these words and figures.

    Parameters
    ----------
    context : dict
        What the template shows; all of it is escaped there.
    data : dict
        What the script draws from, as JSON.
    """
    jinja: Any = require("jinja2", extra="report", purpose="writing a report")
    markup = require("markupsafe", extra="report", purpose="writing a report").Markup
    css, script = _own("page.css"), _own("page.js")
    bundle = _bundle()
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page: str = environment.from_string(_own("page.html.jinja")).render(
        **context,
        policy=_policy(css, [bundle, script]),
        css=markup(css),
        script=markup(script),
        bundle=markup(bundle),
        specs=markup(as_json(data)),
    )
    return page.encode()


def as_json(data: Any) -> str:
    """JSON that can stand inside a page: ASCII, and none of < > &."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _policy(css: str, scripts: list[str]) -> str:
    """Nothing from elsewhere; only these scripts and this style; text never becomes markup."""
    allowed = " ".join(f"'{_digest(script)}'" for script in scripts)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {allowed}",
            f"style-src '{_digest(css)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        ]
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _own(name: str) -> str:
    return (resources.files("isthmus.report.page") / name).read_text(encoding="utf-8")


def _bundle() -> str:
    """Vega, Vega-Lite and vega-embed as the drawing library holds them."""
    renderer: Any = require("vl_convert", extra="report", purpose="writing a report")
    text = str(renderer.javascript_bundle())
    # A script ends at the first of these, wherever it stands.
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
