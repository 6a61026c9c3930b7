"""KeePassXC: sfcred reads what it exports, and writes the same table byte for byte."""

import json
import os
import xml.etree.ElementTree as xml

from common import AS_OF, SFCRED, WORK, end, prove, run

os.environ["QT_QPA_PLATFORM"] = "offscreen"
MASTER = b"Fake-Master-7\n"
NOTES = "Owned by the data team.\nAsk \"Ada\", first; then rotate."
BLOCK = """

[Salesforce credential]
Security Token: Qx7LmT2vRk9ZpB4nWc6HdY1s
Token Issued: 2026-08-18T09:12:44Z
Used By: nightly export | jobs/process-conf.xml
[end Salesforce credential]"""
ENTRIES = [
    ("Ops, \"integration\"", "ops@harbor-widgets.example", "=Quartz-\"Lantern\",42!", "https://login.salesforce.com", NOTES + BLOCK),
    ("Ключ 鍵 🔑", "unicode@harbor-widgets.example", "  пароль-密码-🔒 ", "https://harbor-widgets.my.salesforce.com", "#1\nnote"),
    ("Bank", "ops", "Fake-Bank-1", "https://bank.example", ""),
]


def database():
    """A KeePass XML file with a group in a group."""
    file = xml.Element("KeePassFile")
    xml.SubElement(file, "Meta")
    group = xml.SubElement(file, "Root")
    for number, name in enumerate(["Passwords", "Work", "Salesforce"]):
        group = xml.SubElement(group, "Group")
        xml.SubElement(group, "UUID").text = f"{'A' * 20}{number}A=="
        xml.SubElement(group, "Name").text = name
    for number, values in enumerate(ENTRIES):
        entry = xml.SubElement(group, "Entry")
        xml.SubElement(entry, "UUID").text = f"{'B' * 20}{number}A=="
        for key, value in zip(["Title", "UserName", "Password", "URL", "Notes"], values):
            string = xml.SubElement(entry, "String")
            xml.SubElement(string, "Key").text = key
            xml.SubElement(string, "Value").text = value
    return xml.tostring(file, encoding="utf-8", xml_declaration=True)


(WORK / "in.xml").write_bytes(database())
store = WORK / "store.kdbx"
run("keepassxc-cli", "import", "-p", WORK / "in.xml", store, stdin=MASTER * 2)
add = ["keepassxc-cli", "add", "-q", "-p", "-u", "added@harbor-widgets.example", "--url", "https://test.salesforce.com", store, "Added"]
run(*add, stdin=MASTER + b"Added-Lantern-3\n")
exported = run("keepassxc-cli", "export", "-q", "-f", "csv", store, stdin=MASTER)
(WORK / "export.csv").write_bytes(exported)

run(SFCRED, "convert", WORK / "export.csv", "--to", "sfcred", "--all", "-o", WORK / "all.json", *AS_OF)
records = {record["username"]: record for record in json.loads((WORK / "all.json").read_bytes())["records"]}
prove("every entry is read", len(records) == 4)
for title, username, password, url, _ in ENTRIES:
    record = records[username]
    prove(f"the password of {username} came unharmed", record["password"] == password)
    prove("its title, url and folder too", (record["title"], record["urls"], record["folder"]) == (title, [url], "Work/Salesforce"))
ops = records["ops@harbor-widgets.example"]
prove("the token is found in the notes block", ops["token"] == "Qx7LmT2vRk9ZpB4nWc6HdY1s" and ops["issued"] == "2026-08-18T09:12:44Z")
prove("the integration too", ops["used_by"] == [{"name": "nightly export", "place": "jobs/process-conf.xml"}])
prove("the notes stay without the block", ops["notes"] == NOTES)
added = records["added@harbor-widgets.example"]
prove("an entry that KeePassXC made is read with its dates", added["password"] == "Added-Lantern-3" and "created" in added and "modified" in added)

found = json.loads(run(SFCRED, "check", WORK / "export.csv", "--json", *AS_OF, status=3))
prove("the bank is in a folder called Salesforce, so it counts", found["inputs"][0] == {"name": str(WORK / "export.csv"), "format": "keepassxc-csv", "records": 4, "left_out": 0})
prove("the stale token is found", [finding["record"] for finding in found["findings"] if finding["rule"] == "stale"] == [ops["username"]])

run(SFCRED, "convert", WORK / "all.json", "--to", "keepassxc-csv", "--all", "-o", WORK / "written.csv", *AS_OF)
wanted = exported.replace(b'"Passwords', b'"Root')
prove("what sfcred writes is what KeePassXC exported, byte for byte", (WORK / "written.csv").read_bytes() == wanted)
end()
