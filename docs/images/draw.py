"""The picture of a report for the README: two looks at one page, from the bundled samples.

python docs/images/draw.py       writes report.png beside this file; needs Chromium, chromedriver and the extra dev
"""

from __future__ import annotations

import base64
import io
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import medinstruct

WIDTH, HEIGHT = 960, 1180
"""Of one look, in pixels."""
FLOW = """
document.querySelectorAll(".kind-card")[1].click();
document.getElementById("top").style.paddingTop = "1rem";
"""
"""What became of the annotations, and a head that takes less room."""
ROW = """
const label = document.getElementById("facet-label");
label.value = "Positive regulation";
label.dispatchEvent(new Event("change"));
document.querySelectorAll("#list li")[5].click();
document.querySelector(".status").scrollIntoView();
"""
"""A row with events, and so with arcs."""


def look(driver: webdriver.Chrome, address: str, dark: bool, script: str) -> Image.Image:
    """What a page shows after a script."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
    screen = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    driver.get("about:blank")
    driver.get(address)
    while not driver.execute_script("return 'ready' in document.documentElement.dataset"):
        time.sleep(0.1)
    driver.execute_script(script)
    time.sleep(1)  # until the arcs are drawn
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    return Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")


def draw(out: Path) -> None:
    """Write the picture: numbers on the left, a row on the right."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(argument)
    with tempfile.TemporaryDirectory() as folder:
        build = medinstruct.build("mnlu-open", samples=True, out=Path(folder) / "mnlu-open")
        page = medinstruct.report(build).as_uri()
        with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as driver:
            left = look(driver, page, False, FLOW)
            right = look(driver, page, True, ROW)
    whole = Image.new("RGB", (2 * WIDTH, HEIGHT))
    whole.paste(left, (0, 0))
    whole.paste(right, (WIDTH, 0))
    whole.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, optimize=True)


if __name__ == "__main__":
    draw(Path(__file__).with_name("report.png"))
