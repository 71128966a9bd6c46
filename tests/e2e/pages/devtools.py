"""A page that stays open in headless Chromium: keys pressed in it, and what it shows then.

Chromium's own protocol over a pair of pipes, so that no driver has to be installed.
"""

import base64
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

KEYS = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}


class OpenPage:
    """One tab; use as a context manager."""

    def __init__(self, program: str, profile: Path, address: str, size: tuple[int, int] = (1280, 1000)):
        self._to, theirs = os.pipe()[::-1]
        mine, self._from = os.pipe()
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                   f"--window-size={size[0]},{size[1]}", f"--user-data-dir={profile}",
                   "--remote-debugging-pipe"]  # fmt: skip
        # the protocol reads from descriptor 3 and writes to 4, whatever ours are
        shell = f'exec "$@" 3<&{theirs} 4>&{self._from}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "bash", program, *options, "about:blank"],
            pass_fds=(theirs, self._from), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        os.close(self._from)
        self._from, self._buffer, self._count, self._session = mine, b"", 0, None
        target = next(t for t in self._ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")
        self.go(address)

    def __enter__(self) -> "OpenPage":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def go(self, address: str) -> None:
        """Open an address and wait until it is there."""
        self._ask("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def press(self, key: str, times: int = 1) -> None:
        """A key, as a person presses it."""
        for _ in range(times):
            pressed = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
            text = {"text": "\r"} if key == "Enter" else {}
            self._ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **pressed, **text)
            self._ask("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def type(self, text: str) -> None:
        """Text where the focus is."""
        self._ask("Input.insertText", text=text)

    def click(self, selector: str, text: str) -> None:
        """Press the first element of a selector that says exactly this, as soon as it is there."""
        pressed = f"""(() => {{
            const said = [...document.querySelectorAll({json.dumps(selector)})].filter((e) =>
                e.textContent.trim() === {json.dumps(text)} && !e.disabled && e.offsetParent);
            const inner = said.find((e) => !said.some((other) => other !== e && e.contains(other)));
            inner?.click();
            return Boolean(inner);
        }})()"""
        self.until(pressed)

    def says(self, text: str, seconds: float = 60) -> None:
        """Wait until the page shows a text."""
        self.until(f"document.body.innerText.includes({json.dumps(text)})", seconds)

    def on_paper(self) -> None:
        """Lay the page out as it is printed on A4, less its margins."""
        self._ask("Emulation.setEmulatedMedia", media="print")
        self._ask("Emulation.setDeviceMetricsOverride", width=718, height=1054, deviceScaleFactor=1, mobile=False)
        self.value("dispatchEvent(new Event('beforeprint'))")

    def value(self, expression: str) -> Any:
        """What an expression comes to in the page."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 30) -> Any:
        """The first true value of an expression.

        Raises:
            AssertionError: it stayed false.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.value(expression):
                return found
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}; the page says: {self.value('document.body.innerText')[:2000]}")

    def photograph(self, target: Path) -> None:
        """What is seen, as PNG."""
        target.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            read = os.read(self._from, 1 << 16)
            assert read, "Chromium closed its pipe"
            self._buffer += read
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)
