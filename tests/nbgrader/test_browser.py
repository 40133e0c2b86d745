"""The real pages in a real browser: formgrader, feedback, and a student's notebook in JupyterLab."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

for _program in ("chromium", "chromedriver"):
    if shutil.which(_program) is None:
        pytest.skip(f"{_program} is not installed (apt install chromium chromium-driver)", allow_module_level=True)
pytest.importorskip("selenium", reason="selenium is not installed")
pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")

from selenium.webdriver import Chrome, ChromeOptions  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

UNIT = "u02_sampling"
RIGHT = """def top_mass(probs, k):
    if k < 1:
        raise ValueError(k)
    return sum(sorted((probability for _, probability in probs), reverse=True)[:k])
"""
HALF = "def top_mass(probs, k):\n    return 0.8\n"
SCRIPT = "見た<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
PATIENCE_S = 120
Class = Any  # of conftest.py


@pytest.fixture(scope="module")
def group(make_class: Callable[..., Class]) -> Class:
    """A graded class, and beside it the folder of a student who is at work."""
    made = make_class("browser")
    made.hand_in("alice", RIGHT, "温度を上げると、早い段階で文が分かれた。")
    made.hand_in("bob", HALF, SCRIPT)
    assert made.nbgrader("autograde", UNIT) == 0
    shutil.copytree(made.folder / "release" / UNIT, made.folder.parent / "student")
    return made


@pytest.fixture(scope="module")
def address(group: Class) -> Iterator[str]:
    """Of a JupyterLab server that sees the course folder and the student's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = group.folder.parent
    options = {
        "ServerApp.root_dir": root,
        "ServerApp.port": port,
        "ServerApp.allow_root": True,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "Execute.timeout": PATIENCE_S,
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    home = {
        "HOME": str(root / "home"),
        "JUPYTER_CONFIG_DIR": str(root / "home"),
        "JUPYTER_DATA_DIR": str(root / "home"),
    }
    log = (root / "server.log").open("w")
    server = subprocess.Popen(command, cwd=group.folder, env={**os.environ, **home}, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE_S):
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(url):
                return
        except URLError:
            time.sleep(1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    profile = tmp_path_factory.mktemp("profile")
    for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1200,1000"):
        options.add_argument(f"--{option}")
    options.add_argument(f"--user-data-dir={profile}")
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(PATIENCE_S)
    yield driver
    driver.quit()


def until(browser: Chrome, condition: Callable[[], Any], what: str) -> Any:
    """The first true value of `condition`; fails with a picture of the page."""
    try:
        return WebDriverWait(browser, PATIENCE_S, ignored_exceptions=(Exception,)).until(lambda _: condition())
    except Exception as error:
        raise AssertionError(f"{what} never happened; the page says:\n{text_of(browser)}") from error


def text_of(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def picture(browser: Chrome, group: Class, name: str, show: str = "body") -> None:
    """Keep what is seen, for whoever wants to look, with the element `show` in view."""
    browser.execute_script("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", show)
    browser.save_screenshot(str(group.folder.parent / f"{name}.png"))


def page_of(group: Class, address: str, student: str, notebook: str) -> str:
    """Where formgrader shows a submitted notebook."""
    with group.gradebook() as gradebook:
        return f"{address}/formgrader/submissions/{gradebook.find_submission_notebook(notebook, UNIT, student).id}/"


def test_formgrader_shows_marks_and_messages(group: Class, address: str, browser: Chrome):
    """The list of students with their marks, and below the check cell the reasons in both languages."""
    browser.get(f"{address}/formgrader/gradebook/{UNIT}/mass")
    until(browser, lambda: "Submission #1" in text_of(browser), "the list of submissions")
    picture(browser, group, "formgrader-list")
    browser.get(page_of(group, address, "bob", "mass"))
    score = until(browser, lambda: browser.find_element(By.ID, "mass-check"), "the page of the submission")
    until(browser, lambda: score.get_attribute("placeholder") == "1", "the mark")
    assert "要修正" in text_of(browser)
    assert "A k below 1 raises ValueError." in text_of(browser)
    picture(browser, group, "formgrader-check", ".output_wrapper, .output, #mass-check")


def test_an_essay_is_marked_in_formgrader(group: Class, address: str, browser: Chrome):
    """Points and comment are typed into the page and stand in the gradebook."""
    browser.get(page_of(group, address, "alice", "observations"))
    score = until(browser, lambda: browser.find_element(By.ID, "observations-answer"), "the page of the essay")
    assert "早い段階で文が分かれた" in text_of(browser)
    score.send_keys("7.5", Keys.TAB)
    comment = browser.find_element(By.ID, "observations-answer-comment")
    comment.send_keys("よく見ています。", Keys.TAB)
    until(browser, lambda: group.rows("alice")["observations"]["comment"] == "よく見ています。", "saving")
    until(browser, lambda: group.rows("alice")["observations"]["manual"] == 7.5, "saving the mark")
    assert not group.rows("alice")["observations"]["waits"]
    picture(browser, group, "formgrader-essay")


def test_a_script_in_an_essay_does_not_run(group: Class, address: str, browser: Chrome):
    """Neither in formgrader nor in the feedback."""
    browser.get(page_of(group, address, "bob", "observations"))
    until(browser, lambda: "見た" in text_of(browser), "the essay")
    assert browser.title != "taken"
    assert group.nbgrader("generate_feedback", UNIT) == 0
    browser.get((group.folder / "feedback" / "bob" / UNIT / "observations.html").as_uri())
    assert "見た" in text_of(browser)
    assert browser.title != "taken"


def test_feedback_shows_marks_messages_and_comments(group: Class, browser: Chrome):
    """The pages that students get back."""
    assert group.nbgrader("generate_feedback", UNIT, "--force") == 0
    folder = group.folder / "feedback"
    browser.get((folder / "bob" / UNIT / "mass.html").as_uri())
    assert "1.0 / 3.0" in text_of(browser)
    assert "A k below 1 raises ValueError." in text_of(browser)
    picture(browser, group, "feedback", "table")
    browser.get((folder / "alice" / UNIT / "observations.html").as_uri())
    assert "よく見ています。" in text_of(browser)


def open_notebook(browser: Chrome, group: Class, address: str, code: str) -> None:
    """Open the student's notebook in JupyterLab, with `code` as its answer."""
    path = group.folder.parent / "student" / "mass.ipynb"
    notebook = group.mass(code)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    browser.get(f"{address}/lab/tree/student/mass.ipynb?reset")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-CodeCell"), "the notebook")
    status = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, status), "the kernel")


def run_all(browser: Chrome) -> None:
    """Run every cell; once more if JupyterLab was not ready for the command."""
    for _ in range(3):
        browser.execute_script("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        for _ in range(PATIENCE_S // 4):
            if output(browser):
                return
            time.sleep(1)
    raise AssertionError(f"the cells never ran; the page says:\n{text_of(browser)}")


def output(browser: Chrome) -> str:
    return "\n".join(one.text for one in browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output"))


@pytest.mark.parametrize(
    ("code", "words", "dialog"),
    [
        (RIGHT, "1/1", "Success! Your notebook passes all the tests."),
        (HALF.replace("0.8", "0.7"), "0.8 のはずですが 0.7 でした。", "expected 0.8, got 0.7."),
    ],
    ids=["right", "wrong"],
)
def test_a_student_runs_and_validates_a_notebook(
    group: Class, address: str, browser: Chrome, code: str, words: str, dialog: str
):
    """The check cell says what pytest says, without a traceback; so does the Validate button."""
    open_notebook(browser, group, address, code)
    run_all(browser)
    until(browser, lambda: words in output(browser), "the check's words")
    assert "Traceback" not in output(browser)
    assert "公開チェックのみの点です" in output(browser)
    picture(browser, group, f"jupyterlab-{words[:1]}", ".jp-OutputArea-output")
    button = next(one for one in browser.find_elements(By.CSS_SELECTOR, "jp-button, button") if one.text == "Validate")
    button.click()
    said = until(browser, lambda: browser.find_element(By.CSS_SELECTOR, ".jp-Dialog").text, "the dialog")
    until(browser, lambda: dialog in browser.find_element(By.CSS_SELECTOR, ".jp-Dialog").text, "the result")
    assert "Traceback" not in said
    picture(browser, group, f"validate-{words[:1]}")
