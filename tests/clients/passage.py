"""A store of passage: age, which is what passage runs, opens every entry that sfcred writes, and sfcred reads what age seals."""

import json

from common import AS_OF, SFCRED, WORK, complaint, converse, end, prove, run

REFERENCE = "formats/sfcred/sample.json"
PASSPHRASE = "Fake-Lantern-6"


def key(name):
    """Makes an identity and returns its file and its recipient."""
    run("age-keygen", "-o", WORK / name)
    return WORK / name, run("age-keygen", "-y", WORK / name).decode().strip()


def convert(*arguments):
    """Runs sfcred convert."""
    run(SFCRED, "convert", *arguments, "--lossy", "--quiet", *AS_OF)


def entries(store):
    """The entries of a store, by their names."""
    return {str(path.relative_to(store))[: -len(".age")]: path for path in sorted(store.rglob("*.age"))}


def users(path):
    """The usernames in a native file."""
    return sorted(record["username"] for record in json.loads(path.read_text())["records"])


one, to_one = key("one.key")
two, to_two = key("two.key")
other, _ = key("other.key")
convert(REFERENCE, "--to", "passage", "--plain", "-o", WORK / "plain")
plain = {str(path.relative_to(WORK / "plain"))[: -len(".txt")]: path.read_bytes() for path in (WORK / "plain").rglob("*.txt")}

# sfcred seals, age opens.
store = WORK / "store"
(WORK / "team.txt").write_text(f"# the team\n\n{to_two}\n")
convert(REFERENCE, "--to", "passage", "-r", to_one, "-R", WORK / "team.txt", "-o", store)
sealed = entries(store)
prove("passage gets 16 entries", len(sealed) == 16 and sealed.keys() == plain.keys())
prove("the recipients stand where passage looks for them", (store / ".age-recipients").read_text() == f"{to_one}\n{to_two}\n")
for name, path in sealed.items():
    opened = [run("age", "--decrypt", "-i", identity, path) for identity in (one, two)]
    prove(f"age opens {name[:40]} with both identities, byte for byte", opened == [plain[name]] * 2)
    prove("and it is binary", path.read_bytes().startswith(b"age-encryption.org/v1\n"))
private = all(path.stat().st_mode & 0o77 == 0 for path in [store, *store.rglob("*")])
prove("nobody else may read it", private)
convert(store, "-i", two, "--to", "sfcred", "-o", WORK / "back.json")
convert(WORK / "plain", "--to", "sfcred", "-o", WORK / "plain.json")
prove("sfcred reads its own store back", (WORK / "back.json").read_bytes() == (WORK / "plain.json").read_bytes())
prove("with every record", len(users(WORK / "back.json")) == 16)

# age seals as passage does, sfcred opens.
theirs = WORK / "theirs"
for name, text in plain.items():
    path = theirs / f"{name}.age"
    path.parent.mkdir(parents=True, exist_ok=True)
    run("age", "--encrypt", "-R", store / ".age-recipients", "-o", path, stdin=text)
convert(theirs, "-i", one, "--to", "sfcred", "-o", WORK / "theirs.json")
prove("sfcred reads what age sealed", (WORK / "theirs.json").read_bytes() == (WORK / "back.json").read_bytes())
run("age", "--encrypt", "--armor", "-r", to_one, "-o", theirs / "armored.age", stdin=b"pw\nlogin: armored\nsf token: FakeT0kenFakeT0kenFakeT0\n")
convert(theirs, "-i", one, "--to", "sfcred", "-o", WORK / "armored.json")
prove("and an armored entry too", "armored" in users(WORK / "armored.json"))
convert(store / "Twins", "-i", one, "--to", "sfcred", "-o", WORK / "twins.json")
prove("a folder of a store is one", users(WORK / "twins.json") == ["first@harbor-widgets.example", "second@harbor-widgets.example"])
convert(store, "-i", one, "--from", "gopass", "--to", "gopass", "-r", to_one, "-o", WORK / "gopass")
prove("gopass has the same layout", entries(WORK / "gopass").keys() == plain.keys())
opened = run("age", "--decrypt", "-i", one, WORK / "gopass" / "Ops integration.age")
prove("with the same text", opened == plain["Ops integration"])

# What does not open.
prove("another identity opens nothing", "no identity matches" in complaint(SFCRED, "check", store, "-i", other))
entry = theirs / "Ops integration.age"
entry.write_bytes(entry.read_bytes()[:-1])
said = complaint(SFCRED, "convert", theirs, "-i", one, "--to", "csv", "-o", WORK / "cut.csv")
prove("an entry that was cut is refused by name", "Ops integration.age: damaged or cut" in said and not (WORK / "cut.csv").exists())

# An identity with a passphrase, as gopass keeps it, is asked for once.
locked = WORK / "locked.key"
first = ("Enter passphrase (leave empty to autogenerate a secure one):", PASSPHRASE)
status, shown = converse(["age", "-p", "-o", locked, one], [first, ("Confirm passphrase:", PASSPHRASE)])
prove("age locks an identity", status == 0)
command = [SFCRED, "convert", store, "-i", locked, "--to", "sfcred", "-o", WORK / "locked.json", *AS_OF]
status, shown = converse(command, [(f"passphrase for {locked}: ", PASSPHRASE)])
prove("sfcred asks for its passphrase once", status == 0 and shown.count("passphrase for") == 1)
prove("and reads all entries", (WORK / "locked.json").read_bytes() == (WORK / "back.json").read_bytes())
end()
