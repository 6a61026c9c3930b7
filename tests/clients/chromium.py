"""Chromium: the page of `check --format html` fits, can be read, and loads nothing, in windows of several widths, light and dark, and on paper.

The pictures stay in `target/pictures`, to be looked at.
"""

import atexit
import base64
import io
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image

from common import AS_OF, PATIENCE, SFCRED, WORK, end, prove, run

HOSTILE = r"""{"format":"sfcred","version":1,"records":[
{"title":"</title><script>document.title='owned'</script>","username":"\"><img/src='x'onerror='document.title=1'>@one.example",
 "password":"Fake-1","token":"FakeT0kenFakeT0kenFake01","issued":"2026-01-01","used_by":[{"name":"<style>body{display:none}</style>","place":"x"}]},
{"title":"\u202egnp.exe","username":"LONG@two.example","password":"Fake-2","token":"FakeT0kenFakeT0kenFake02","issued":"2026-06-01"}]}"""

PICTURES = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "pictures"

# The contrast that WCAG 2.2 asks of text, and of what is drawn (1.4.3 and 1.4.11).
TEXT, DRAWN = 4.5, 3.0

# Walks over all text that is shown and measures it against the nearest background.
MEASURE = """(() => {
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map(part => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((a, b) => b - a); return (x + .05) / (y + .05); };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (color !== 'rgba(0, 0, 0, 0)') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = [], small = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('.aside, title, desc, .older')) continue;
    const style = getComputedStyle(element), drawn = element.closest('svg') && element.closest('text');
    texts.push([contrast(drawn ? style.fill : style.color, behind(element)), walker.currentNode.data.trim().slice(0, 40)]);
    small.push(parseFloat(style.fontSize));
  }
  const parts = ['young', 'soon', 'late', 'worse'].flatMap(name => {
    const part = document.querySelector('.ages .' + name);
    return part ? [[contrast(getComputedStyle(part).fill, behind(part)), name]] : [];
  });
  const shown = [...document.querySelectorAll('.ages text:not(.older), .ages .name')].map(text => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const [a, b] = [range.getBoundingClientRect(), text.getBoundingClientRect()];
    return {says: text.textContent, left: a.left, right: Math.min(a.right, b.right), top: a.top, bottom: a.bottom};
  });
  const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return {
    width: document.documentElement.clientWidth, needed: document.documentElement.scrollWidth, title: document.title,
    texts: texts.sort((a, b) => a[0] - b[0]), small: Math.min(...small), parts: parts.sort((a, b) => a[0] - b[0]),
    paper: light(getComputedStyle(document.body).backgroundColor),
    outside: shown.filter(text => text.left < -1 || text.right > document.documentElement.clientWidth + 1).length,
    overlaps: shown.flatMap((text, at) => shown.slice(at + 1).filter(other => overlap(text, other)).map(other => [text.says, other.says])),
    scripts: document.scripts.length, styled: getComputedStyle(document.body).margin !== '8px', images: document.images.length,
    picture: (box => ({x: box.x, y: box.y + scrollY, width: box.width, height: box.height}))(document.querySelector('.ages').getBoundingClientRect()),
    height: document.documentElement.scrollHeight,
  };
})()"""


class Chromium:
    """A browser without a screen, spoken to over two pipes."""

    def __init__(self):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        command += ["--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe"]
        command += [f"--user-data-dir={WORK / 'profile'}", "about:blank"]

        def pipes():
            # The browser reads from 3 and writes to 4; from high numbers first, so that neither is overwritten.
            read, write = os.dup2(to_read, 100), os.dup2(to_write, 101)
            os.dup2(read, 3)
            os.dup2(write, 4)

        log = open(WORK / "chromium.log", "wb")
        self.process = subprocess.Popen(command, preexec_fn=pipes, close_fds=False, stdout=log, stderr=log, start_new_session=True)
        atexit.register(self.process.kill)
        os.close(to_read)
        os.close(to_write)
        self.number, self.rest, self.events, self.session = 0, b"", [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Network", "Runtime", "Log", "Accessibility"]:
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        """Sends a command and returns its result; what happens meanwhile is remembered."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def next(self):
        """The next message."""
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            if not select.select([self.back], [], [], max(0, deadline - time.monotonic()))[0]:
                sys.exit("chromium does not answer")
            data = os.read(self.back, 1 << 20)
            if not data:
                sys.exit(f"chromium ended: {(WORK / 'chromium.log').read_text()[-2000:]}")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def open(self, path):
        """Opens a page and returns the addresses that it asked for and what the browser complained of."""
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self.next())
        asked = [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return asked, [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]

    def look(self, width, scheme, media="screen"):
        """Sets width and colours, and measures the page."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        return self.ask("Runtime.evaluate", expression=MEASURE, returnByValue=True)["result"]["value"]

    def picture(self, box):
        """A picture of a part of the page."""
        data = self.ask("Page.captureScreenshot", clip={**box, "scale": 1}, captureBeyondViewport=True)["data"]
        return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")

    def close(self):
        """Ends the browser."""
        self.session = None
        self.ask("Browser.close")
        self.process.wait(PATIENCE)


def page(name, source, *options):
    """Makes a page."""
    run(SFCRED, "check", source, "--format", "html", "-o", WORK / name, "--fail-on", "never", *options, *AS_OF)
    return WORK / name


def prove_readable(name, path):
    """What must hold of every page at every width."""
    asked, complaints = chromium.open(path)
    prove(f"{name}: nothing is loaded but the page", asked == [path.as_uri()])
    prove(f"{name}: the browser has nothing to complain of", not complaints or print(complaints))
    for width in [320, 400, 800, 1400]:
        for scheme in ["light", "dark"]:
            seen, what = chromium.look(width, scheme), f"{name}, {width} pixels, {scheme}"
            prove(f"{what}: nothing is too wide", seen["width"] == width and seen["needed"] <= width)
            weakest = seen["texts"][0]
            prove(f"{what}: {len(seen['texts'])} texts, the weakest contrast is {weakest[0]:.1f}", weakest[0] >= TEXT or print(weakest))
            prove(f"{what}: no text is smaller than 12 pixels", seen["small"] >= 12)
            prove(f"{what}: the parts of bars can be seen", seen["parts"] and (seen["parts"][0][0] >= DRAWN or print(seen["parts"])))
            prove(f"{what}: the names in the picture are inside and apart", seen["outside"] == 0 and (not seen["overlaps"] or print(seen["overlaps"])))
            prove(f"{what}: the colours are those asked for", (seen["paper"] > 0.8) == (scheme == "light") and seen["styled"])
            whole = {"x": 0, "y": 0, "width": width, "height": min(seen["height"], 12000)}
            chromium.picture(whole).save(PICTURES / f"{path.stem}-{width}-{scheme}.png")
            ages = chromium.picture(seen["picture"])
            colours = sorted(ages.getcolors(1 << 24), reverse=True)
            drawn = sum(number for number, _ in colours[1:]) / (ages.width * ages.height)
            prove(f"{what}: the picture is not blank, {drawn:.0%} of it is drawn", len(colours) > 20 and 0.02 < drawn < 0.7)
    return seen


def names(role):
    """The names of everything that has a role for a screen reader."""
    tree = chromium.ask("Accessibility.getFullAXTree")["nodes"]
    return [node["name"]["value"] for node in tree if not node.get("ignored") and node["role"]["value"] == role]


rows = "title,username,token,issued,password_changed,used_by\n"
rows += "".join(f"Org {n},user{n}@many.example,FakeT0kenFakeT0ken{n:06},20{25 + n % 2}-{1 + n % 11:02}-{1 + n % 28:02},,Job {n} | ci/{n}.env\n" for n in range(90))
rows += "Void,void@many.example,FakeT0kenFakeT0kenFakeXX,2026-06-30,2026-10-12,\nDue,due@many.example,FakeT0kenFakeT0kenFakeYY,2026-08-30,,\n"
(WORK / "many.csv").write_text(rows)
(WORK / "hostile.json").write_text(HOSTILE.replace("LONG", "W" * 400))
(WORK / "one.csv").write_text("username,token,issued\nnew@one.example,FakeT0kenFakeT0kenFakeZZ,2026-11-21\n")

PICTURES.mkdir(parents=True, exist_ok=True)
chromium = Chromium()
sample = page("sample.html", "docs/sample-vault.csv")
prove_readable("the sample", sample)
tables = names("table")
prove(f"tables have names: {tables}", len(tables) >= 3 and all(tables) and "Every token, the oldest first" in tables)
headers = names("columnheader")
prove("columns have headers", {"Login", "What is wrong", "Issued", "Replace by", "Days old"} == set(headers))
rows = names("rowheader")
prove("rows have headers", any("ops@harbor-widgets.example" in row for row in rows))
prove("the picture has a name", "Ages of tokens on 21 November 2026" in names("image") + names("img"))
headings = names("heading")
prove(f"the page begins with what matters: {headings[0]}", "need another token now" in headings[0] or "needs another token now" in headings[0])
seen = chromium.look(680, "dark", "print")
prove("paper is white, also for who likes it dark", seen["paper"] == 1 and seen["texts"][0][0] >= TEXT and seen["needed"] <= 680)
chromium.ask("Emulation.setEmulatedMedia", media="", features=[])
chromium.ask("Emulation.clearDeviceMetricsOverride")
printed = base64.b64decode(chromium.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
(PICTURES / "sample.pdf").write_bytes(printed)
prove("it prints", printed.startswith(b"%PDF") and 1 <= printed.count(b"/Type /Page\n") <= 6 or print(printed.count(b"/Type /Page\n")))

prove_readable("92 tokens", page("many.html", WORK / "many.csv"))
prove_readable("one new token", page("one.html", WORK / "one.csv"))
seen = prove_readable("hostile names", page("hostile.html", WORK / "hostile.json"))
prove("hostile names bring no script, picture or title", seen["scripts"] == 0 and seen["images"] == 0 and seen["title"].startswith("Salesforce tokens on"))
chromium.close()
end()
