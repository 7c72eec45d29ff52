"""A page in a real browser, and what it says and does there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")


@contextmanager
def opened(
    path: Path, *, width: int = 1100, dark: bool = False, said: list[str] | None = None
) -> Iterator[Any]:
    """The page, drawn; nothing may be said on the console or asked of the network meanwhile.

    With `said` that is put there, and refused by nobody.
    """
    import pytest

    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    api = pytest.importorskip("playwright.sync_api")
    heard: list[str] = [] if said is None else said
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        page = context.new_page()
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"console: {error}"))
        page.on("request", lambda asked: _heard(asked, heard))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn=yes]", timeout=60_000, state="attached")
        yield page
        if page.evaluate("window.ran") is not None:
            heard.append("ran: a script of the user's")
        browser.close()
        assert said is not None or heard == []


def _heard(asked: Any, heard: list[str]) -> None:
    """Take down what is asked for that is not the page itself."""
    if not asked.url.startswith(("file:", "data:", "blob:")):
        heard.append(f"request: {asked.url}")


def findings(path: Path, *, dark: bool = False) -> list[tuple[str, str]]:
    """What axe-core finds that is serious or critical, with the first place of each."""
    import pytest

    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    loose = path.with_name(f"loose-{path.name}")  # the checker is a script of its own
    text = path.read_text(encoding="utf-8")
    start = text.index('<meta http-equiv="Content-Security-Policy"')
    loose.write_text(text[:start] + text[text.index(">", start) + 1 :], encoding="utf-8")
    with opened(loose, dark=dark) as page:
        page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
        found = axe.Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in serious]


def counted(path: Path, *, dark: bool = False) -> dict[str, int]:
    """How many things happen that must not, while every row of the page is looked at."""
    said: list[str] = []
    with opened(path, dark=dark, said=said) as page:
        for place in range(page.locator("#alarms tbody tr").count()):
            page.locator("#alarms tbody tr").nth(place).locator("button").click()
    return {
        "scripts_of_others_that_ran": sum(one.startswith("ran") for one in said),
        "messages_on_the_console": sum(one.startswith("console") for one in said),
        "requests": sum(one.startswith("request") for one in said),
        "serious_findings_of_axe": len(findings(path, dark=dark)),
    }
