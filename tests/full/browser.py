"""Looks at dashboards as a reader does, in headless Chromium; run in Superset's environment.

    python browser.py '{"url": "...", "user": "...", "password": "...", "dashboards": ["..."],
                        "folder": "..."}'

Prints as JSON what it saw: for each dashboard its tabs, what the chart data interface answered for
each chart, words of failure on the page, and which hosts answered at all.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

WIDTH, SHORTEST, TALLEST = 1440, 900, 3200
PATIENCE_SECONDS = 180
SETTLED_SECONDS = 2.0  # nothing loads for so long: the page is done

# What is still loading, what failed and what is empty, among the parts that can be seen.
LOOK = """
const seen = (selector) => [...document.querySelectorAll(selector)].filter(e => e.offsetParent);
return {
  charts: seen('[data-test-chart-id]').length,
  loading: seen('.loading, .ant-spin-spinning, [data-test="loading-indicator"]').length,
  failures: seen('[role="alert"], .ant-alert-error, [data-test="error-message"]')
    .map(e => e.innerText).filter(Boolean),
  empty: seen('.ant-empty, [data-test="empty-state"], .chart-empty').map(e => e.innerText),
  words: document.body.innerText,
  height: document.documentElement.scrollHeight + window.outerHeight - window.innerHeight,
};
"""


def main() -> None:
    """Open every dashboard and every tab of it."""
    asked = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as profile:
        browser = started(profile)
        try:
            _log_in(browser, asked["url"], asked["user"], asked["password"])
            seen = {slug: _visit(browser, asked, slug) for slug in asked["dashboards"]}
            print(json.dumps({"dashboards": seen}, ensure_ascii=False))
        finally:
            browser.quit()


def started(profile: str) -> webdriver.Chrome:
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    arguments = ["--headless=new", "--disable-gpu", "--lang=de", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium has none for root
    for argument in (*arguments, f"--window-size={WIDTH},1600", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_script_timeout(30)
    browser.execute_cdp_cmd(
        "Network.enable",
        {"maxTotalBufferSize": 200_000_000, "maxResourceBufferSize": 50_000_000},
    )
    return browser


def _log_in(browser: webdriver.Chrome, url: str, user: str, password: str) -> None:
    browser.get(f"{url}/login/")
    until(lambda: browser.find_elements(By.ID, "password"), "the page to log in")
    browser.find_element(By.ID, "username").send_keys(user)
    browser.find_element(By.ID, "password").send_keys(password)
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    until(lambda: "/login" not in browser.current_url, "the page behind the login")


def _visit(browser: webdriver.Chrome, asked: dict[str, Any], slug: str) -> dict[str, Any]:
    browser.get_log("performance")  # forget what came before
    browser.set_window_size(WIDTH, 1600)
    browser.get(f"{asked['url']}/superset/dashboard/{slug}/")
    until(lambda: browser.find_elements(By.CSS_SELECTOR, ".ant-tabs-tab"), f"the tabs of {slug}")
    names = [tab.text for tab in browser.find_elements(By.CSS_SELECTOR, ".ant-tabs-tab")]
    pages = []
    for number, name in enumerate(names, start=1):
        browser.find_elements(By.CSS_SELECTOR, ".ant-tabs-tab")[number - 1].click()
        look = _settle(browser)
        picture = Path(asked["folder"]) / f"{slug}-{number}.png"
        browser.save_screenshot(str(picture))
        pages.append({"tab": name, "picture": picture.name, **look})
    answers, hosts = _network(browser)
    return {"title": browser.title, "pages": pages, "answers": answers, "hosts": sorted(hosts)}


def _settle(browser: webdriver.Chrome) -> dict[str, Any]:
    """Wait until nothing loads any more, with a window that shows the whole page."""
    until, quiet_since, height = time.monotonic() + PATIENCE_SECONDS, None, SHORTEST
    browser.set_window_size(WIDTH, SHORTEST)  # a page never gets shorter than its window
    look: dict[str, Any] = {}
    while time.monotonic() < until:
        look = browser.execute_script(LOOK)
        tall = min(TALLEST, max(SHORTEST, int(look["height"])))
        if look["loading"] or not look["charts"] or tall != height:
            quiet_since = None
            if tall != height:
                height = tall
                browser.set_window_size(WIDTH, tall)
        else:
            quiet_since = quiet_since or time.monotonic()
            if time.monotonic() - quiet_since > SETTLED_SECONDS:
                return look
        time.sleep(0.4)
    raise SystemExit(f"{browser.current_url} still loads after {PATIENCE_SECONDS} s: {look}")


def _network(browser: webdriver.Chrome) -> tuple[dict[str, Any], set[str]]:
    """What the interface for chart data answered, by chart, and which hosts answered."""
    answers: dict[str, Any] = {}
    hosts = set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] != "Network.responseReceived":
            continue
        response = message["params"]["response"]
        parts = urlsplit(response["url"])
        if parts.scheme in ("http", "https"):
            hosts.add(parts.hostname)
        if parts.path != "/api/v1/chart/data":
            continue
        form = json.loads(parse_qs(parts.query).get("form_data", ["{}"])[0])
        answers[str(form.get("slice_id", "filter"))] = {
            "status": response["status"],
            **_body(browser, message["params"]["requestId"]),
        }
    return answers, hosts


def _body(browser: webdriver.Chrome, request: str) -> dict[str, Any]:
    try:
        body = browser.execute_cdp_cmd("Network.getResponseBody", {"requestId": request})["body"]
    except WebDriverException as error:
        return {"rows": None, "error": f"the answer is gone: {error.msg}"}
    document = json.loads(body)
    results = document.get("result") or []
    return {
        "rows": sum(one.get("rowcount") or 0 for one in results),
        "error": "; ".join(str(one["error"]) for one in results if one.get("error")) or None,
        "data": results[0]["data"][:400] if results else [],
    }


def until(condition: Any, what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.3)
    raise SystemExit(f"{what} did not come within {PATIENCE_SECONDS} s")


if __name__ == "__main__":
    main()
