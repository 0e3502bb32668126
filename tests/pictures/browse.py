"""Takes pictures of pages in headless Chromium; run in Superset's environment, which has selenium.

python browse.py '{"cookies": {"name": "value"}, "storage": {"name": "value"},
                   "pages": [{"url": "...", "wait_for": "CSS selector", "file": "...",
                              "width": 1280, "height": 1060}]}'
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

from browser import started, until
from selenium import webdriver
from selenium.webdriver.common.by import By

SETTLED_SECONDS = 3.0


def main() -> None:
    """Take each picture in turn."""
    asked = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as profile:
        browser = started(profile)
        try:
            for page in asked["pages"]:
                browser.get(page["url"])
                for name, value in asked["cookies"].items():
                    browser.add_cookie({"name": name, "value": value})
                for name, value in asked["storage"].items():
                    browser.execute_script("localStorage.setItem(...arguments)", name, value)
                Path(page["file"]).write_bytes(_picture(browser, page))
        finally:
            browser.quit()


def _picture(browser: webdriver.Chrome, page: dict[str, Any]) -> bytes:
    browser.get(page["url"])
    size = {"width": page["width"], "height": page["height"]}
    browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    emulated = {**size, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", emulated)
    selector = page["wait_for"]
    until(lambda: browser.find_elements(By.CSS_SELECTOR, selector), f"{selector} on {page['url']}")
    time.sleep(SETTLED_SECONDS)
    return b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])


if __name__ == "__main__":
    main()
