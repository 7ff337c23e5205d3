"""A real headless Chromium for the tests of pages; they are skipped, with the reason, where there is none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needed = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and not os.environ.get("CI"), reason="no chromium and chromedriver here (apt-get install chromium-driver)"
)


@contextmanager
def chromium(*options: str) -> Iterator[WebDriver]:
    """Yield a browser that keeps what its console says (`driver.get_log("browser")`)."""
    wanted = webdriver.ChromeOptions()
    wanted.binary_location = CHROMIUM or ""
    for option in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
        *options,
    ):
        wanted.add_argument(option)
    wanted.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(wanted, Service(DRIVER or ""))
    try:
        yield driver
    finally:
        driver.quit()


def requests_of(driver: WebDriver) -> list[str]:
    """The addresses that the browser asked for since it was last asked."""
    import json

    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
