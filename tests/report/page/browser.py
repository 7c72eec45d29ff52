"""A page in a real browser, and what it says there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")


@contextmanager
def opened(path: Path, *, width: int = 1100, dark: bool = False) -> Iterator[Any]:
    """The page, drawn; nothing may be said on the console or asked of the network meanwhile."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if foreign(request) else None)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn=yes]", timeout=60_000, state="attached")
        yield page
        ran = page.evaluate("window.ran")
        browser.close()
        assert said == []
        assert ran is None


def foreign(request: Any) -> bool:
    """Whether something is asked for that is not the page itself."""
    return not request.url.startswith(("file:", "data:", "blob:"))
