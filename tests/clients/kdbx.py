"""KDBX: KeePassXC and pykeepass open what sfcred writes and find every key in it, and sfcred reads what they write."""

import base64
import io
import json
import os
import re
import xml.etree.ElementTree as xml
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pykeepass

from common import AS_OF, SFCRED, WORK, complaint, end, prove, run

os.environ["QT_QPA_PLATFORM"] = "offscreen"
REFERENCE = Path("formats/sfcred/sample.json").resolve()
PASSPHRASE = "Fake-Master-7 ключ"
TYPED = PASSPHRASE.encode() + b"\n"
STANDARD = {"Title": "title", "UserName": "username", "Password": "password", "URL": None, "Notes": "notes"}
YEAR_1 = datetime(1, 1, 1, tzinfo=timezone.utc)

(WORK / "pass").write_bytes(TYPED)
(WORK / "wrong").write_bytes(b"Fake-Master-8\n")
FROM, TO = ["--from-passphrase-file", WORK / "pass"], ["--to-passphrase-file", WORK / "pass"]


def reference():
    """The reference records by username."""
    return {record["username"]: record for record in json.loads(REFERENCE.read_bytes())["records"]}


def lf(text):
    """KeePassXC turns CR LF to LF when it writes XML."""
    return text.replace("\r\n", "\n")


def integrations(used_by):
    """The list in one string, as docs/formats.md shows it."""
    escape = lambda text: re.sub(r"([\\;|])", r"\\\1", text)
    lines = []
    for each in used_by:
        parts = [each["name"], each.get("place", "")] + ([each["updated"]] if "updated" in each else [])
        while parts[-1] == "":
            parts.pop()
        lines.append(" | ".join(map(escape, parts)))
    return "; ".join(lines)


def expected(record):
    """The attributes that an entry of the record must have, and those that must be protected."""
    found = {key: record.get(name, "") if name else "" for key, name in STANDARD.items()}
    found["Title"] = found["Title"] or record["username"]
    for number, url in enumerate(record.get("urls", [])):
        found[f"KP2A_URL_{number}" if number else "URL"] = url
    hidden = {"Password"}
    if "token" in record:
        found["Security Token"] = record["token"]
        hidden.add("Security Token")
    for name, label in [("issued", "Token Issued"), ("password_changed", "Password Changed")]:
        if name in record:
            found[label] = record[name]
    if "used_by" in record:
        found["Used By"] = integrations(record["used_by"])
    for field in record.get("fields", []):
        label = "otp" if field["label"] == "TOTP" else field["label"]
        label = f"{label} (2)" if label in found else label
        found[label] = field["value"]
        if field.get("kind") == "hidden":
            hidden.add(label)
    return {key: lf(value) for key, value in found.items()}, hidden


def expiry(record):
    """The day on which the manager must warn."""
    if "rotate_by" in record:
        return record["rotate_by"]
    if "token" in record and "issued" in record:
        return (datetime.fromisoformat(record["issued"][:10]) + timedelta(days=90)).date().isoformat()
    return None


def entries(document):
    """The entries of an XML export: their group, attributes, protected ones, expiry and tags."""
    found = {}

    def walk(group, path):
        for entry in group.findall("Entry"):
            strings = {string.findtext("Key"): string.find("Value") for string in entry.findall("String")}
            hidden = {key for key, value in strings.items() if value.get("ProtectInMemory") == "True"}
            times = entry.find("Times")
            day = None
            if times.findtext("Expires") == "True":
                time = times.findtext("ExpiryTime")
                if "T" not in time:
                    seconds = int.from_bytes(base64.b64decode(time), "little")
                    time = (YEAR_1 + timedelta(seconds=seconds)).isoformat()
                day = time[:10]
            values = {key: value.text or "" for key, value in strings.items()}
            tags = {tag for tag in re.split("[,;]", entry.findtext("Tags") or "") if tag}
            found[values["UserName"]] = (path, values, hidden, day, tags)
        for inner in group.findall("Group"):
            walk(inner, path + [inner.findtext("Name")])

    walk(xml.parse(io.BytesIO(document)).find("Root/Group"), [])
    return found


def prove_entries(what, document):
    """Every key of every reference record is in an XML export of KeePassXC."""
    found = entries(document)
    prove(f"{what}: no entry more or less", found.keys() == reference().keys())
    for username, record in reference().items():
        path, values, hidden, day, tags = found[username]
        wanted, masked = expected(record)
        exact = values.pop("Tags", None)
        prove(f"{what}: every attribute of {username}", values == wanted)
        prove("  protected are the secrets and nothing else", hidden == masked)
        prove("  it expires when the token is stale", day == expiry(record))
        folder = [name.replace("\\/", "/") for name in re.split(r"(?<!\\)/", record["folder"])] if "folder" in record else []
        prove("  it is in its group", path == folder)
        wanted = {re.sub("[;,]", " ", tag).replace("  ", " ") for tag in record.get("tags", [])}
        prove("  it has its tags", tags == wanted and (exact is None) == (wanted == set(record.get("tags", []))))


def records(source, *options):
    """What sfcred reads, in an order that does not depend on the program between."""
    run(SFCRED, "convert", source, "--to", "sfcred", "-o", WORK / "records.json", "--force", *options, *AS_OF)
    found = {}
    for record in json.loads((WORK / "records.json").read_bytes())["records"]:
        record.get("tags", []).sort()
        record.get("fields", []).sort(key=lambda field: (field["label"], field["value"]))
        for key in ["created", "modified"]:
            record.pop(key, None)
        found[record["username"]] = json.loads(lf(json.dumps(record)).replace("\\r\\n", "\\n"))
    return found


# What sfcred writes, KeePassXC opens: with a passphrase, with a key file of each kind, and with a key file alone.
run("keepassxc-cli", "db-create", "-p", "--set-key-file", WORK / "made.keyx", WORK / "any.kdbx", stdin=TYPED * 2)
(WORK / "raw.key").write_bytes(bytes(range(32)))
(WORK / "hex.key").write_bytes(bytes(range(200, 232)).hex().encode())
(WORK / "photo.key").write_bytes(b"not a key, but bytes that stay the same\n" * 100)
run(SFCRED, "convert", REFERENCE, "--to", "kdbx", *TO, "-o", WORK / "ours.kdbx", *AS_OF)
own = records(WORK / "ours.kdbx", *FROM)
prove("sfcred reads its own database", own.keys() == reference().keys())
opened = run("keepassxc-cli", "export", "-q", "-f", "xml", WORK / "ours.kdbx", stdin=TYPED)
prove_entries("KeePassXC with a passphrase", opened)
information = run("keepassxc-cli", "db-info", "-q", WORK / "ours.kdbx", stdin=TYPED).decode()
prove("it shows Argon2id with 64 MiB and 10 passes", "KDF: Argon2id (10 rounds, 65536 KB)" in information)
prove("it counts the stale tokens as expired", re.search(r"Number of expired entries: [1-9]", information) is not None)
for key in ["made.keyx", "raw.key", "hex.key", "photo.key"]:
    costs = ["--kdf-memory", "8", "--kdf-passes", "2", "--kdf-lanes", "3"]
    run(SFCRED, "convert", REFERENCE, "--to", "kdbx", *TO, "--to-key-file", WORK / key, *costs, "-o", WORK / f"{key}.kdbx", *AS_OF)
    opened = run("keepassxc-cli", "export", "-q", "-f", "xml", "-k", WORK / key, WORK / f"{key}.kdbx", stdin=TYPED)
    prove(f"KeePassXC opens a database locked with {key} as well", entries(opened).keys() == reference().keys())
    prove("and so does sfcred", records(WORK / f"{key}.kdbx", *FROM, "--from-key-file", WORK / key) == own)
(WORK / "none").write_bytes(b"\n")
run(SFCRED, "convert", REFERENCE, "--to", "kdbx", "--to-passphrase-file", WORK / "none", "--to-key-file", WORK / "raw.key", "-o", WORK / "alone.kdbx", *AS_OF)
opened = run("keepassxc-cli", "export", "-q", "-f", "xml", "--no-password", "-k", WORK / "raw.key", WORK / "alone.kdbx")
prove("KeePassXC opens a database locked with a key file alone", entries(opened).keys() == reference().keys())
alone = ["--from-passphrase-file", WORK / "none", "--from-key-file", WORK / "raw.key"]
prove("and so does sfcred", records(WORK / "alone.kdbx", *alone) == own)

# `show` puts values in the place of names in braces, so only what has none can be compared.
for title, username in [("Ops integration", "ops@harbor-widgets.example"), ("Fields", "fields@harbor-widgets.example")]:
    wanted, _ = expected(reference()[username])
    for key, value in wanted.items():
        shown = run("keepassxc-cli", "show", "-q", "-s", "-a", key, WORK / "ours.kdbx", title, stdin=TYPED).decode()
        prove(f"KeePassXC shows {key} of {title}", shown == value + "\n")

# Who has the wrong key is told so.
for what, options, said in [
    ("a wrong passphrase", ["--from-passphrase-file", WORK / "wrong"], "ours.kdbx: wrong passphrase\n"),
    ("a wrong key file", [*FROM, "--from-key-file", WORK / "raw.key"], "ours.kdbx: wrong passphrase or key file\n"),
]:
    prove(f"{what} is told", said in complaint(SFCRED, "inspect", WORK / "ours.kdbx", *options))

# XML both ways, and KDBX 3.1, which is what KeePassXC imports into.
run(SFCRED, "convert", REFERENCE, "--to", "keepass-xml", "-o", WORK / "ours.xml", *AS_OF)
run("keepassxc-cli", "import", "-q", "-p", WORK / "ours.xml", WORK / "three.kdbx", stdin=TYPED * 2)
prove("what KeePassXC imports into is KDBX 3.1", (WORK / "three.kdbx").read_bytes()[8:12] == b"\x01\x00\x03\x00")
opened = run("keepassxc-cli", "export", "-q", "-f", "xml", WORK / "three.kdbx", stdin=TYPED)
prove_entries("KeePassXC after an import of XML", opened)
(WORK / "theirs.xml").write_bytes(opened)
prove("sfcred reads KeePassXC's XML", records(WORK / "theirs.xml") == own)
prove("sfcred reads KDBX 3.1", records(WORK / "three.kdbx", *FROM) == own)
prove("a wrong passphrase for KDBX 3.1 is told", "three.kdbx: wrong passphrase, or the file is damaged\n" in complaint(SFCRED, "inspect", WORK / "three.kdbx", "--from-passphrase-file", WORK / "wrong"))

# KeePassXC changes a database of sfcred's, which makes it KeePassXC's own.
add = ["keepassxc-cli", "add", "-q", "-p", "-u", "added@harbor-widgets.example", "--url", "https://test.salesforce.com"]
run(*add, WORK / "ours.kdbx", "Twins/Added", stdin=TYPED + b"Added-Lantern-3\n")
run("keepassxc-cli", "rm", "-q", WORK / "ours.kdbx", "No token", stdin=TYPED)
theirs = records(WORK / "ours.kdbx", *FROM)
added = theirs.pop("added@harbor-widgets.example")
prove("sfcred reads an entry that KeePassXC added", (added["password"], added["folder"]) == ("Added-Lantern-3", "Twins"))
deleted = own.pop("browser.only@harbor-widgets.example")
prove("and not the one that it deleted", deleted["title"] == "No token" and theirs == own)

# pykeepass is a program of another kind: it keeps the XML as it is.
run(SFCRED, "convert", REFERENCE, "--to", "kdbx", *TO, "--to-key-file", WORK / "made.keyx", "-o", WORK / "python.kdbx", *AS_OF)
database = pykeepass.PyKeePass(str(WORK / "python.kdbx"), password=PASSPHRASE, keyfile=str(WORK / "made.keyx"))
for username, record in reference().items():
    entry = database.find_entries(username=username, first=True)
    wanted, _ = expected(record)
    values = {key: entry.get_custom_property(key) or "" for key in entry.custom_properties if key != "Tags"}
    values |= {"Title": entry.title, "UserName": entry.username, "Password": entry.password or "", "URL": entry.url or "", "Notes": entry.notes or ""}
    if entry.otp:
        values["otp"] = entry.otp
    prove(f"pykeepass: every attribute of {username}", {key: lf(value) for key, value in values.items()} == wanted)
    prove("  it expires when the token is stale", (entry.expiry_time.date().isoformat() if entry.expires else None) == expiry(record))

database = pykeepass.create_database(str(WORK / "new.kdbx"), password=PASSPHRASE, keyfile=str(WORK / "raw.key"))
group = database.add_group(database.add_group(database.root_group, "Salesforce"), "EU/UK")
day = datetime(2027, 1, 31, tzinfo=timezone.utc)
entry = database.add_entry(group, "Ops <&>", "ops@harbor-widgets.example", "  Fake \"Pass\" &<>  ", url="https://login.salesforce.com", notes="a\n\nb", tags=["one", "two"], expiry_time=day, otp="otpauth://totp/Fake?secret=FAKEFAKE")
entry.set_custom_property("Security Token", "Qx7LmT2vRk9ZpB4nWc6HdY1s", protect=True)
entry.set_custom_property("Token Issued", "2026-11-01")
entry.set_custom_property("KP2A_URL_10", "https://tenth.example")
entry.set_custom_property("KP2A_URL_9", "https://ninth.example")
entry.save_history()
entry.password = "Newer-Fake-9"
entry.add_attachment(database.add_binary(b"an attachment"), "file.txt")
database.trash_entry(database.add_entry(group, "Gone", "gone@harbor-widgets.example", "Fake-Gone-1", url="https://login.salesforce.com"))
database.save()
options = [*FROM, "--from-key-file", WORK / "raw.key"]
wanted = {
    "title": "Ops <&>", "username": "ops@harbor-widgets.example", "password": "Newer-Fake-9", "token": "Qx7LmT2vRk9ZpB4nWc6HdY1s",
    "issued": "2026-11-01", "rotate_by": "2027-01-31", "urls": ["https://login.salesforce.com", "https://ninth.example", "https://tenth.example"],
    "tags": ["one", "two"], "folder": "Salesforce/EU\\/UK", "notes": "a\n\nb",
    "fields": [{"label": "TOTP", "value": "otpauth://totp/Fake?secret=FAKEFAKE", "kind": "hidden"}],
}
prove("sfcred reads what pykeepass writes, and nothing that was deleted or replaced", records(WORK / "new.kdbx", *options) == {wanted["username"]: wanted})
for cipher, length in [("twofish", 16), ("chacha20", 12)]:
    header = database.kdbx.header.value.dynamic_header
    header.cipher_id.data = cipher
    header.encryption_iv.data = bytes(range(length))
    database.save(str(WORK / f"{cipher}.kdbx"))
    prove(f"sfcred reads a database encrypted with {cipher}", records(WORK / f"{cipher}.kdbx", *options) == {wanted["username"]: wanted})
end()
