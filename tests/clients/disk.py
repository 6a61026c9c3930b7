"""A disk that fails at any one write, sync, rename or new file, by strace: the old files or the new ones, and no secret beside them."""

import json
import os
import re
import shutil
import subprocess

from common import PATIENCE, SFCRED, WORK, converse, end, prove

IDENTITY = os.path.abspath("tests/keys/x25519.txt")
OLD, NEW = "FakeT0kenFakeT0kenFakeT01", "FakeT0kenFakeT0kenFakeN02"
SECRETS = [OLD.encode()[:17], b"Fake-Lantern"]
ENVIRONMENT = {**os.environ, "SFCRED_VAULT": "vault.age", "SFCRED_IDENTITY": IDENTITY, "XDG_CONFIG_HOME": "/nowhere", "XDG_DATA_HOME": "/nowhere"}
ON = ["--as-of", "2026-11-21"]
ENV = "# nightly\nexport SF_USERNAME=ops@one.example\nSF_PASSWORD='Fake-Lantern-1'\nSF_SECURITY_TOKEN={} # mailed\n"
# These hold secrets before anything is run.
INPUTS = {"old.json", "new.csv", "token.txt", "deploy.env"}

VERBS = {
    "import": ["import", "new.csv", *ON],
    "rotate": ["rotate", "ops", "--token-file", "token.txt", *ON],
    "rotate --apply": ["rotate", "ops", "--token-file", "token.txt", "--apply", "--yes", *ON],
    "backup": ["backup", "--to-dir", "copies", *ON],
}
CALLS = ["fsync", "fdatasync", "write", "pwrite64", "rename", "renameat", "renameat2", "fchmod", "openat"]
# A guard against a call that never comes to an end.
MOST = 400


def sfcred(home, *arguments):
    """Runs sfcred in a home, without a terminal."""
    command = [SFCRED, *arguments]
    return subprocess.run(command, cwd=home, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, start_new_session=True, check=False)


def done(home, *arguments):
    """Runs it, insists on its success, and returns its stdout."""
    ended = sfcred(home, *arguments)
    if ended.returncode != 0:
        raise SystemExit(f"{arguments}: {ended.stderr.decode()}")
    return ended.stdout


def document(home):
    """What is in the vault."""
    return json.loads(done(home, "convert", "vault.age", "--all", "--to", "sfcred", "-o", "-", "--quiet", "-i", IDENTITY))


def state(home):
    """The vault and the file of the integration."""
    return document(home), (home / "jobs/deploy.env").read_text()


def fresh(name):
    """A copy of the home as it is before each run."""
    home = WORK / name
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(WORK / "template", home)
    return home


def traced(home, call, count, verb):
    """Runs a verb whose `count`-th call fails; returns how it ended, and whether the call came at all."""
    trace = WORK / "trace"
    inject = ["-e", f"inject={call}:error=EIO:when={count}"] if count else []
    command = ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={call}", *inject, SFCRED, *VERBS[verb]]
    ended = subprocess.run(command, cwd=home, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, start_new_session=True, check=False)
    return ended, trace.read_text(errors="replace")


def occurrences(call, verb):
    """Which calls of this name are to fail: all, but of openat only those that create a file."""
    ended, trace = traced(fresh("count"), call, 0, verb)
    if ended.returncode != 0:
        raise SystemExit(f"{verb} does not run under strace: {ended.stderr.decode()}")
    first = trace.split(maxsplit=1)[0] if trace else ""
    lines = [line for line in trace.splitlines() if re.match(rf"{first} +{call}\(", line)]
    return [at for at, line in enumerate(lines, 1) if call != "openat" or "O_CREAT" in line][:MOST]


def secrets_beside(home):
    """The files that hold a secret although they are no input, and those that are left unfinished."""
    found = []
    for folder, _, names in os.walk(home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
            if name not in INPUTS and any(secret in content for secret in SECRETS) or ".sfcred-" in name:
                found.append(name)
    return found


def judge(verb, call, count, old, new):
    """What is wrong after a run in which one call failed; nothing if all is right."""
    home = fresh("run")
    ended, trace = traced(home, call, count, verb)
    said = ended.stderr.decode()
    if "(INJECTED)" not in trace:
        return "the call did not come"
    if ended.returncode not in (0, 1):
        return f"exit status {ended.returncode}: {said}"
    if "panicked" in said or any(secret.decode() in said + ended.stdout.decode() for secret in SECRETS):
        return f"said {said}"
    # Where stderr itself failed nothing can be said.
    if ended.returncode == 1 and call != "write" and not ("sfcred: error: " in said and "sfcred: hint: " in said):
        return f"failed without a word: {said}"
    (vault, file), beside = state(home), secrets_beside(home)
    if beside:
        return f"left {beside}"
    stages = [old[0], new[0]]
    if verb == "rotate --apply":
        # Between the two saves the vault has the token, and the integration waits.
        pending = json.loads(json.dumps(new[0]))
        pending["records"][0]["used_by"][0].pop("updated")
        stages.append(pending)
    if vault not in stages or file not in (old[1], new[1]):
        return "neither the old nor the new"
    if ended.returncode == 0 and verb != "backup" and (vault, file) != new and call != "write":
        return "called done, but is not"
    if file == new[1] != old[1] and vault == old[0]:
        return "the file is ahead of the vault"
    copies = sorted((home / "copies").glob("*.age")) if (home / "copies").exists() else []
    if ended.returncode == 0 and verb == "backup" and not copies:
        return "called done without a copy"
    for copy in copies:
        if sfcred(home, "verify", copy).returncode != 0:
            return f"{copy.name} does not open"
    # Nothing is in the way of the next try, which takes up what was left.
    again = sfcred(home, *VERBS[verb])
    if again.returncode != 0 and verb == "rotate --apply":
        again = sfcred(home, "rotate", "ops", "--apply", "--yes", *ON)
    if again.returncode != 0 and vault == old[0]:
        return f"cannot be done again: {again.stderr.decode()}"
    return "" if verb == "backup" or state(home) == new else "done again, it is not as it should be"


template = WORK / "template"
(template / "jobs").mkdir(parents=True)
used_by = [{"name": "nightly", "place": "jobs/deploy.env"}]
record = {"username": "ops@one.example", "password": "Fake-Lantern-1", "token": OLD, "issued": "2026-05-01", "used_by": used_by}
(template / "old.json").write_text(json.dumps({"format": "sfcred", "version": 1, "records": [record]}))
(template / "new.csv").write_text("username,password,token\nnew@one.example,Fake-Lantern-2,FakeT0kenFakeT0kenFakeT02\n")
(template / "token.txt").write_text(NEW + "\n")
(template / "jobs/deploy.env").write_text(ENV.format(OLD))
done(template, "init")
done(template, "import", "old.json", "--quiet", *ON)

for verb in VERBS:
    old = state(fresh("old"))
    done(fresh("new"), *VERBS[verb])
    new = state(WORK / "new")
    runs = 0
    for call in CALLS:
        wrong = []
        counts = occurrences(call, verb)
        runs += len(counts)
        for count in counts:
            flaw = judge(verb, call, count, old, new)
            if flaw:
                wrong.append(f"{call} {count}: {flaw}")
        if wrong:
            print("\n".join(wrong), flush=True)
        if counts:
            prove(f"{verb}: any one of {len(counts)} times {call} may fail", not wrong)
    prove(f"{verb}: its calls were found, {runs} of them", runs >= 15)


# On a terminal it asks, and what happens meanwhile counts.
def asked(name, answer):
    """Answers the question, and returns the home and what was shown."""
    home = fresh(name)
    words = [f"{key}={ENVIRONMENT[key]}" for key in ("SFCRED_VAULT", "SFCRED_IDENTITY", "XDG_CONFIG_HOME", "XDG_DATA_HOME")]
    command = ["env", "-C", home, *words, SFCRED, *[word for word in VERBS["rotate --apply"] if word != "--yes"]]
    status, shown = converse(command, [("change 1 file? [y/N]", lambda: answer(home))], hidden=False)
    return home, status, shown


def meddle(home):
    """Another program changes the file while the question stands there."""
    (home / "jobs/deploy.env").write_text("OTHER=1\n")
    return "y"


home, status, shown = asked("yes", lambda _: "y")
prove("it asks, and writes the file", status == 0 and (home / "jobs/deploy.env").read_text() == ENV.format(NEW))
prove("it shows the difference first, without a secret", shown.index("gives way to") < shown.index("[y/N]") and "FakeT0ken" not in shown)
home, status, shown = asked("no", lambda _: "n")
prove("it leaves the file alone unless it is told to", status == 0 and (home / "jobs/deploy.env").read_text() == ENV.format(OLD))
prove("the vault has the token nevertheless", document(home)["records"][0]["token"] == NEW)
home, status, shown = asked("meanwhile", meddle)
prove("what changed meanwhile is spared", status == 1 and (home / "jobs/deploy.env").read_text() == "OTHER=1\n")
prove("and told", "jobs/deploy.env: changed by another program meanwhile" in shown)
end()
