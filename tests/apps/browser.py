"""A headless Chromium that shows a page, by its DevTools protocol over a pair of pipes. Nothing leaves this machine."""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import unittest

PATIENCE = 30  # seconds: Chromium takes some to start on a busy machine


def find():
    """The program, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


def pipe():
    """Both ends above the numbers that Chromium has its own use for."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends


class Browser:
    """Runs for the length of a `with` block."""

    # Names resolve to nothing, so that even its own housekeeping reaches nobody.
    OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
               "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
               "--disable-default-apps", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND",
               "--remote-debugging-pipe", "about:blank"]

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        with self._stack:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            theirs_in, self._out = pipe()
            self._in, theirs_out = pipe()
            for end in (self._out, self._in):
                self._stack.callback(os.close, end)
            self._process = subprocess.Popen(  # which reads from 3 and writes to 4
                ["bash", "-c", 'exec "${@:3}" 3<&"$1" 4>&"$2"', "bash", str(theirs_in), str(theirs_out), find(),
                 f"--user-data-dir={folder}", *self.OPTIONS],
                pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env={**os.environ, "HOME": folder})
            self._stack.callback(self._end)
            for end in (theirs_in, theirs_out):
                os.close(end)
            self._buffer, self._count, self._session = b"", 0, None
            self.complaints, self.requests = [], []
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.call(f"{domain}.enable")
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _end(self):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            os.write(self._out, b'{"id":0,"method":"Browser.close"}\0')
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _message(self, end):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            piece = os.read(self._in, 1 << 20) if ready else b""
            if not piece:
                raise AssertionError("Chromium does not answer" if not ready else "Chromium has ended")
            self._buffer += piece
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)

    def _note(self, message):
        method, what = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(what["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])

    def call(self, method, **parameters):
        """One command and its result. What the page complains of meanwhile is in `complaints`."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._message(end)
            if answer.get("id") != self._count:
                self._note(answer)
                continue
            if "error" in answer:
                raise AssertionError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def resize(self, width, height=900):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)

    def prefer(self, scheme):
        """`light` or `dark`."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def show(self, path):
        self.call("Page.navigate", url=f"file://{path}")
        end = time.monotonic() + PATIENCE
        while self.evaluate("document.readyState + location.protocol") != "completefile:":
            if time.monotonic() > end:
                raise AssertionError(f"{path} is not loaded")

    def evaluate(self, expression):
        """A value of the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def click(self, selector):
        """As a person does: on what is at its place."""
        x, y = self.evaluate(f"""(() => {{
            const found = document.querySelector({json.dumps(selector)});
            found.scrollIntoView({{block: 'center', inline: 'center'}});
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    KEYS = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}

    def press(self, key):
        code = self.KEYS[key]
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self):
        """A PNG of what is in view."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


class PageCase(unittest.TestCase):
    """Shows the page at `path` before each test. It may complain of nothing, and fetch nothing."""

    width = 1280
    path = None
    page = None  # a Browser

    def setUp(self):
        self.page.complaints.clear()
        self.page.requests.clear()
        self.page.resize(self.width)
        self.page.show(self.path)

    def tearDown(self):
        self.assertEqual(self.page.complaints, [])
        self.assertEqual([url for url in self.page.requests if not url.startswith(("file:", "data:"))], [])

    def all(self, selector, what="textContent"):
        return self.page.evaluate(f"[...document.querySelectorAll('{selector}')].map(each => each.{what})")

    def assert_fits(self):
        width, inner = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        self.assertLessEqual(width, inner)
        self.assertEqual(inner, self.width)
