"""The pages in a real browser: sorting, the switch of languages, narrow windows, and paper."""

from __future__ import annotations

import base64
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

for _program in ("chromium", "chromedriver"):
    if shutil.which(_program) is None:
        pytest.skip(f"{_program} is not installed (apt install chromium chromium-driver)", allow_module_level=True)
pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver import Chrome, ChromeOptions  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

from autograder.reports.files import write_class, write_student  # noqa: E402
from autograder.reports.summary import summarise  # noqa: E402
from autograder.reports.times import write_times, write_times_page  # noqa: E402

from .conftest import make_class, make_every_verdict  # noqa: E402


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of 30, and one student with every verdict."""
    out = tmp_path_factory.mktemp("results")
    reports = [*make_class(30), make_every_verdict("alice")]
    write_student(out, reports[-1])
    write_times(out / "alice", {"sampling/top_p": 1.5})
    groups = [{"students": ["alice", reports[1]["student"]], "least": 0.8, "most": 0.8}]
    similar = [
        {"id": one["id"], "n_answers": 31, "n_compared": 20, "groups": groups} for one in reports[-1]["exercises"]
    ]
    summary = summarise(reports, similar)
    write_class(out, summary)
    write_times_page(out, summary)
    return out


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    profile = tmp_path_factory.mktemp("profile")
    for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "accept-lang=en"):
        options.add_argument(f"--{option}")
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


PAGES = ("index.html", "times.html", "alice/report.html")


def shown(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def reload_until(browser: Chrome, condition: Callable[[], bool]) -> None:
    """Load the page anew, again until the browser has taken over what the page stored, which it does in its own time."""
    for _ in range(100):
        browser.refresh()
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("what the page stored never came back")


def shows_english_once_forgotten(browser: Chrome) -> bool:
    """Whether the page just loaded is English. What it remembers is forgotten for the next try: a choice made on the
    page before may be written by that page's process after this page has forgotten it."""
    lang = browser.execute_script("localStorage.clear(); return document.documentElement.lang")
    return bool(lang == "en")


def test_tables_sort_by_their_heads(browser: Chrome, results: Path):
    """Up, then down; a mark on hold has no value and comes last either way; the head says how it is sorted."""
    browser.get((results / "index.html").as_uri())
    table = browser.find_element(By.CSS_SELECTOR, "#students ~ .scroll table")
    head = table.find_elements(By.CSS_SELECTOR, "thead th")[1]
    for order in ("ascending", "descending"):
        head.find_element(By.TAG_NAME, "button").click()
        assert head.get_attribute("aria-sort") == order
        cells = table.find_elements(By.CSS_SELECTOR, "tbody tr > td:nth-child(2)")
        values = [cell.get_attribute("data-value") or "" for cell in cells]
        numbers = [float(value) for value in values if value]
        assert len(values) == 31
        assert numbers == sorted(numbers, reverse=order == "descending")
        assert values[len(numbers) :] == [""] * (31 - len(numbers))
        assert "" in values


def test_checks_sort_and_find_their_order_again(browser: Chrome, results: Path):
    """By pass rate, and by the first column back to the order of the course."""
    browser.get((results / "index.html").as_uri())
    table = browser.find_elements(By.CSS_SELECTOR, "table.items")[1]
    titles = lambda: [row.text for row in table.find_elements(By.CSS_SELECTOR, "tbody th")]  # noqa: E731
    before = titles()
    buttons = table.find_elements(By.CSS_SELECTOR, "thead button")
    buttons[2].click()
    rates = [
        float(c.get_attribute("data-value") or "nan") for c in table.find_elements(By.CSS_SELECTOR, "td:nth-child(3)")
    ]
    assert rates == sorted(rates)
    assert titles() != before
    buttons[0].click()
    assert titles() == before


@pytest.mark.parametrize("page", PAGES)
def test_a_language_is_one_click_away(page: str, browser: Chrome, results: Path):
    """And is remembered; without a choice it is the browser's own. Both together are there as well."""
    browser.get((results / page).as_uri())
    reload_until(browser, lambda: shows_english_once_forgotten(browser))
    english, japanese = "CPU" if page == "times.html" else "points", "課題"
    assert (english in shown(browser), japanese in shown(browser)) == (True, False)
    browser.find_element(By.ID, "language-ja").click()
    assert japanese in shown(browser)
    assert browser.execute_script("return document.documentElement.lang") == "ja"
    reload_until(browser, lambda: browser.execute_script("return document.documentElement.lang") == "ja")
    assert japanese in shown(browser)
    browser.find_element(By.ID, "language-both").click()
    assert (english in shown(browser), japanese in shown(browser)) == (True, True)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [390, 1100])
def test_a_page_is_never_wider_than_its_window(page: str, width: int, browser: Chrome, results: Path):
    """On a phone and on a desk: only tables scroll, inside themselves. Nothing is refused by the page's own policy."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get((results / page).as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_print(page: str, browser: Chrome, results: Path):
    """As a PDF of some pages; what is only for the screen stays away from paper."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get((results / page).as_uri())
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.find_element(By.CSS_SELECTOR, ".language").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
