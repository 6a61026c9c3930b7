"""Firefox: it imports what sfcred writes, and sfcred finds token and dates again in what it exports.

The real import and export run inside the browser, which is driven over its Marionette socket: a length, a colon, and a JSON message.
"""

import json
import os
import shutil
import socket
import subprocess
import time

from common import AS_OF, PATIENCE, SAMPLE, SFCRED, WORK, end, prove, run

IMPORT = """
const [path, done] = arguments;
const { LoginCSVImport } = ChromeUtils.importESModule("resource://gre/modules/LoginCSVImport.sys.mjs");
LoginCSVImport.importFromCSV(path).then(report => done(report.map(row => row.result)), error => done(String(error)));
"""
EXPORT = """
const [path, done] = arguments;
const { LoginExport } = ChromeUtils.importESModule("resource://gre/modules/LoginExport.sys.mjs");
LoginExport.exportAsCSV(path).then(() => done("exported"), error => done(String(error)));
"""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Browser:
    """Firefox without a window, with a profile of its own."""

    def __init__(self):
        profile = WORK / "profile"
        profile.mkdir()
        self.port = free_port()
        (profile / "user.js").write_text(f'user_pref("marionette.port", {self.port});\n')
        options = ["--headless", "--no-remote", "--profile", profile, "--marionette", "--remote-allow-system-access"]
        self.log = open(WORK / "firefox.log", "wb")
        self.process = subprocess.Popen(
            ["firefox-esr", *options], stdout=self.log, stderr=self.log, env={**os.environ, "HOME": str(WORK)}
        )
        self.number = 0
        self.socket = self.connect()
        self.receive()
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        self.ask("Marionette:SetContext", {"value": "chrome"})
        self.ask("WebDriver:SetTimeouts", {"script": PATIENCE * 1000})

    def connect(self):
        """Waits until the browser listens."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            except ConnectionRefusedError:
                time.sleep(0.2)
        raise SystemExit(f"firefox does not listen\n{(WORK / 'firefox.log').read_text()[-2000:]}")

    def receive(self):
        """One message."""
        length = b""
        while not length.endswith(b":"):
            length += self.exactly(1)
        return json.loads(self.exactly(int(length[:-1])))

    def exactly(self, count):
        """So many bytes of the socket."""
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise SystemExit("firefox hung up")
            data += part
        return data

    def ask(self, command, parameters):
        """Sends a command and returns its answer."""
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, answer = self.receive()
        if error:
            raise SystemExit(f"{command}: {error['message']}")
        return answer

    def script(self, script, path):
        """Runs a script inside the browser."""
        return self.ask("WebDriver:ExecuteAsyncScript", {"script": script, "args": [str(path)], "sandbox": "system"})["value"]

    def quit(self):
        """Ends the browser that was started here."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()


def records(source, name):
    """The records of a file."""
    run(SFCRED, "convert", source, "--to", "sfcred", "-o", WORK / name, *AS_OF)
    found = json.loads((WORK / name).read_bytes())["records"]
    return sorted(found, key=lambda record: record["username"])


run(SFCRED, "convert", SAMPLE, "--to", "firefox-csv", "-o", WORK / "in.csv", *AS_OF)
browser = Browser()
try:
    results = browser.script(IMPORT, WORK / "in.csv")
    prove("firefox imports each login and each token", results == ["added"] * 7)
    prove("firefox exports them", browser.script(EXPORT, WORK / "out.csv") == "exported")
    (WORK / "out.csv").rename(WORK / "first.csv")
    run(SFCRED, "convert", WORK / "first.csv", "--to", "firefox-csv", "-o", WORK / "again.csv", *AS_OF)
    again = browser.script(IMPORT, WORK / "again.csv")
    prove("a second import of the same changes nothing", set(again) == {"no_change"} and len(again) == 7)
finally:
    browser.quit()

before, after = records(SAMPLE, "before.json"), records(WORK / "first.csv", "after.json")
prove("sfcred reads one record for each login", len(after) == len(before) == 4)
for old, new in zip(before, after):
    prove(f"{old['username']}: username and password", (old["username"], old["password"]) == (new["username"], new["password"]))
    prove("its token and the day it was issued", (old.get("token"), old.get("issued")) == (new.get("token"), new.get("issued")))
    prove("the day its password was changed, and no other", old.get("password_changed") == new.get("password_changed"))
shutil.rmtree(WORK / "profile")
end()
