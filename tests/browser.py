"""A real headless Chromium for the tests of pages; they are skipped, with the reason, where there is none.

With MEDINSTRUCT_NEEDS_BROWSER set they fail instead.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900")


def start() -> WebDriver:
    """Return a browser that keeps what its console says and what it asks for."""
    if not (CHROMIUM and DRIVER):
        why = "no chromium and chromedriver here (on Debian: apt-get install chromium-driver)"
        assert "MEDINSTRUCT_NEEDS_BROWSER" not in os.environ, why
        pytest.skip(why)
    wanted = webdriver.ChromeOptions()
    wanted.binary_location = CHROMIUM
    for option in OPTIONS:
        wanted.add_argument(option)
    wanted.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(wanted, Service(DRIVER))


@contextmanager
def chromium() -> Iterator[WebDriver]:
    """Yield a browser that ends with this block."""
    driver = start()
    try:
        yield driver
    finally:
        driver.quit()


def complaints(driver: WebDriver) -> list[str]:
    """What the console holds since it was last asked."""
    return [f"{entry['level']} {entry['message']}" for entry in driver.get_log("browser")]


def requests(driver: WebDriver) -> list[str]:
    """The addresses that the browser asked for since it was last asked."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
