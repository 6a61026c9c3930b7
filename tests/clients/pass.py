"""pass with a throw-away key: it shows every entry that sfcred writes, and sfcred reads what it inserts."""

import json
import os
import shutil

from common import AS_OF, SFCRED, WORK, complaint, end, prove, run

KEY = "fake-key@harbor-widgets.example"
REFERENCE = "formats/sfcred/sample.json"

# The path of the agent's socket must be short.
os.environ["GNUPGHOME"] = home = f"/tmp/sfcred-gnupg-{os.getpid()}"
os.mkdir(home, 0o700)


def gpg(*arguments, stdin=b""):
    """Runs gpg without anybody to ask."""
    return run("gpg", "--quiet", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *arguments, stdin=stdin)


def convert(*arguments):
    """Runs sfcred convert."""
    run(SFCRED, "convert", *arguments, "--lossy", "--quiet", *AS_OF)


def records(path):
    """The records of a native file, by their username."""
    return {record["username"]: record for record in json.loads(path.read_text())["records"]}


def entries(store):
    """The names of the entries in a store, as pass takes them."""
    return sorted(str(path.relative_to(store))[: -len(".gpg")] for path in store.rglob("*.gpg"))


def main():
    """Goes both ways."""
    gpg("--quick-generate-key", KEY, "future-default", "default", "never")

    store = WORK / "store"
    os.environ["PASSWORD_STORE_DIR"] = str(store)
    convert(REFERENCE, "--to", "pass", "--gpg-id", KEY, "-o", store)
    convert(REFERENCE, "--to", "pass", "--plain", "-o", WORK / "plain")
    names = entries(store)
    prove("pass gets 16 entries", len(names) == 16)
    prove("pass lists them", b"Example Org Prod" in run("pass", "ls"))
    for name in names:
        plain = (WORK / "plain" / f"{name}.txt").read_bytes()
        prove(f"pass shows {name[:40]}, byte for byte", run("pass", "show", "--", name) == plain)
    shown = run("pass", "show", "Salesforce/Production/Example Org Prod").decode()
    wanted = ["login: integration@example-org.example", "Security Token: Zq3FakeT0kenZq3FakeT0ken", "Token Issued: 2026-01-05"]
    prove("password, username, token and date are lines", shown.startswith('Horse,Battery"7\n') and all(line in shown.splitlines() for line in wanted))
    convert(store, "--to", "sfcred", "-o", WORK / "back.json")
    convert(WORK / "plain", "--to", "sfcred", "-o", WORK / "plain.json")
    prove("sfcred reads its own store back", (WORK / "back.json").read_bytes() == (WORK / "plain.json").read_bytes())
    original = records(WORK / "back.json")
    prove("with every record", len(original) == 16 and original["lines@harbor-widgets.example"]["password"] == "line\nbreak\r\nand tab\t!")

    # pass itself changes, moves and copies entries.
    run("pass", "mv", "--", "Twins/One title (2)", "Moved/Another title")
    run("pass", "generate", "-i", "--", "Ops integration", "20")
    convert(store, "--to", "sfcred", "-o", WORK / "changed.json")
    changed = records(WORK / "changed.json")
    moved = changed["second@harbor-widgets.example"]
    prove("an entry that was moved has its new name and folder", (moved["title"], moved["folder"]) == ("Another title", "Moved"))
    ops, before = changed["ops@harbor-widgets.example"], original["ops@harbor-widgets.example"]
    prove("a password that pass generated is read", ops["password"] != before["password"] and len(ops["password"]) == 20)
    prove("and the rest stays", {**ops, "password": ""} == {**before, "password": ""})

    # What pass inserts, sfcred reads.
    theirs = WORK / "theirs"
    os.environ["PASSWORD_STORE_DIR"] = str(theirs)
    run("pass", "init", KEY)
    for name in names:
        run("pass", "insert", "-m", "-f", "--", name, stdin=(WORK / "plain" / f"{name}.txt").read_bytes())
    convert(theirs, "--to", "sfcred", "-o", WORK / "theirs.json")
    prove("sfcred reads what pass inserted", (WORK / "theirs.json").read_bytes() == (WORK / "back.json").read_bytes())
    text = b"Fake-Lantern-9\nuser: CORP\\robin\nwebsite: https://login.salesforce.com\ntoken: FakeT0kenFakeT0kenFakeT0\n"
    run("pass", "insert", "-m", "--", "work/by hand", stdin=text)
    run("pass", "insert", "-e", "--", "sf/robin@harbor-widgets.example", stdin=b"Fake-Lantern-8\n")
    run("pass", "insert", "-m", "--", "work/photo", stdin=bytes(range(256)))
    convert(theirs, "--all", "--to", "sfcred", "-o", WORK / "hand.json")
    hand = records(WORK / "hand.json")
    robin = hand["CORP\\robin"]
    found = (robin["title"], robin["password"], robin["token"], robin["urls"])
    prove("an entry by hand is understood", found == ("by hand", "Fake-Lantern-9", "FakeT0kenFakeT0kenFakeT0", ["https://login.salesforce.com"]))
    prove("a name can be the username", hand["robin@harbor-widgets.example"]["password"] == "Fake-Lantern-8")
    prove("what is no text is left out", len(hand) == 18)
    shown = run("pass", "show", "--", "work/by hand")
    counts = json.loads(run(SFCRED, "check", "-", "--from", "pass", "--json", "--fail-on", "never", stdin=shown))["counts"]
    prove("one entry comes through a pipe", counts["undated"] == 1)
    piped = run(SFCRED, "convert", "docs/sample-vault.csv", "--to", "csv", "-o", "-", "--quiet")
    (WORK / "one.csv").write_bytes(b"\n".join(piped.splitlines()[:2]) + b"\n")
    entry = run(SFCRED, "convert", WORK / "one.csv", "--to", "pass", "-o", "-", "--quiet")
    run("pass", "insert", "-m", "--", "piped", stdin=entry)
    prove("and goes into one", run("pass", "show", "piped") == entry)

    # gopass shares the layout.
    convert(REFERENCE, "--to", "gopass", "--gpg-id", KEY, "-o", WORK / "gopass")
    os.environ["PASSWORD_STORE_DIR"] = str(WORK / "gopass")
    prove("pass shows a store for gopass", run("pass", "show", "Ops integration").startswith(b"Quartz-Lantern-42!\n"))

    # What does not open.
    damaged = theirs / "work" / "by hand.gpg"
    good = damaged.read_bytes()
    for what, content in [("changed", good[:-9] + bytes([good[-9] ^ 1]) + good[-8:]), ("cut", good[:-5]), ("empty", b"")]:
        damaged.write_bytes(content)
        said = complaint(SFCRED, "check", theirs)
        prove(f"an entry that was {what} is refused", "by hand.gpg: gpg cannot open it" in said)
    # A text that nobody encrypted, which gpg passes on without a word.
    (WORK / "open").write_bytes(text)
    damaged.unlink()
    gpg("--store", "-o", damaged, WORK / "open")
    prove("gpg passes on what nobody encrypted", gpg("--decrypt", damaged) == text)
    prove("sfcred does not", "by hand.gpg: gpg cannot open it" in complaint(SFCRED, "check", theirs))
    damaged.write_bytes(good)
    prove("the good one is read again", run(SFCRED, "check", theirs, "--fail-on", "never", "--quiet") == b"")
    said = complaint(SFCRED, "convert", REFERENCE, "--to", "pass", "--gpg-id", "nobody@harbor-widgets.example", "--lossy", "-o", WORK / "nobody")
    prove("without the key nothing is written", "gpg has no key" in said and not (WORK / "nobody").exists())


try:
    main()
finally:
    run("gpgconf", "--kill", "gpg-agent")
    shutil.rmtree(home)
end()
