"""What tests of pages share: builds that were tampered with, pages unpacked, a browser."""

import base64
import json
import re
import shutil
import time
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import browser
from medinstruct import artefact, reporter
from medinstruct.sample import row_digest

EVIL = (
    "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>\u202e\u2028{{facts}}\x00 &lt;b&gt; 𝔄𝔅 \"'"
)
"""What a page must show and never do."""


def altered(build, folder: Path, *, row=lambda row: row, manifest=lambda manifest: manifest) -> artefact.Build:
    """A copy of a build with other rows and another manifest, which need not agree."""
    shutil.copytree(build.folder, folder)
    for path in (folder / "data").glob("*.parquet"):
        rows = [row(each) for each in pq.read_table(path).to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, schema=artefact.SCHEMA), path)
    stated = manifest(json.loads((folder / "manifest.json").read_text()))
    (folder / "manifest.json").write_text(json.dumps(stated))
    return artefact.load(folder)


def poisoned(row):
    """A row of span extraction whose every string tries to be markup."""
    question = {"text": f"{EVIL} fever {EVIL}", "labels": [EVIL, "Chemical"]}
    start = len(EVIL) + 1
    spans = [{"label": EVIL, "pieces": [[start, start + 5]]}, {"label": "Chemical", "pieces": [[0, len(EVIL)]]}]
    messages = [{"role": "user", "content": f"{EVIL} {question['text']}"}, {"role": "assistant", "content": EVIL}]
    gold = json.dumps({"spans": spans})
    return {
        **row, "type": "span_extraction", "answer_format": "lines", "task": "ner", "template": EVIL, "document": EVIL, "language": EVIL,
        "groups": [EVIL], "messages": messages, "example": json.dumps(question), "gold": gold, "digest": row_digest(messages, gold),
        "meta": json.dumps({**json.loads(row["meta"]), "unit": EVIL, "answer": {}}),
    }  # fmt: skip


def poisoned_manifest(manifest):
    corpora = {
        id: {**corpus, **dict.fromkeys(("title", "citation", "stated", "homepage", "version"), EVIL)}
        for id, corpus in manifest["corpora"].items()
    }
    guard = {
        EVIL: {"covers": [EVIL], "packed": [], "missing": {EVIL: EVIL}, "checked": 1, "removed": 1, "rules": {EVIL: 1}}
    }
    return {**manifest, "title": EVIL, "about": EVIL, "recipe": EVIL, "corpora": corpora, "guard": guard, "missing": {EVIL: EVIL}}  # fmt: skip


def opened(html: str) -> dict:
    """What a page holds: its facts, names, columns and rows, unpacked as a browser does."""

    def content(id: str) -> str:
        [found] = re.findall(rf'<script type="[a-z/]+" id="{id}">([^<]*)</script>', html)
        return found

    facts = json.loads(content("facts"))
    packed = {name: zlib.decompress(base64.b64decode(content(name))) for name in ("columns", "names", "shown")}
    return {
        "facts": facts, "raw": packed["columns"], "names": json.loads(packed["names"]), "shown": json.loads(packed["shown"])
    }  # fmt: skip


def page_of(build, folder: Path, **settings) -> Path:
    """The page of a build, written to a file."""
    path = folder / "report.html"
    path.write_text(reporter.report(build, **settings).html, encoding="utf-8")
    return path


class Browser:
    """A headless Chromium that remembers what a page asked for and complained of."""

    def __init__(self) -> None:
        self.driver = browser.start()

    def open(self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Go to a page and wait until it has drawn itself."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        liking = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in liking.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features, "media": ""})
        self.driver.get("about:blank")
        self.complaints(), self.asked()
        self.driver.get(address)
        self.wait("return 'ready' in document.documentElement.dataset", "the page has drawn itself")

    def run(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, what: str, *arguments, seconds: float = 60):
        """Wait until a script gives something true."""
        until = time.monotonic() + seconds
        while not (found := self.run(script, *arguments)):
            if time.monotonic() > until:
                raise AssertionError(f"{what}: not after {seconds} s; {self.complaints()}")
            time.sleep(0.02)
        return found

    def choose(self, facet: str, value: str) -> None:
        self.run(
            "const s = document.getElementById('facet-' + arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change'))",
            facet, value,
        )  # fmt: skip

    def told(self) -> str:
        return self.run("return document.querySelector('.told').textContent")

    def keys(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def hover(self, selector: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        node = self.driver.find_element("css selector", selector)
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", node)
        ActionChains(self.driver).move_to_element(node).perform()

    def complaints(self) -> list[str]:
        """What the console holds since the last time."""
        return browser.complaints(self.driver)

    def asked(self) -> list[str]:
        """The addresses that were asked for since the last time."""
        return browser.requests(self.driver)
