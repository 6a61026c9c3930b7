"""age: what sfcred seals it opens, what it seals sfcred opens, byte for byte."""

import json

from common import AS_OF, SAMPLE, SFCRED, SFCRED_SSH, WORK, complaint, converse, end, prove, run

PASSPHRASE = "  Grüne Laternen, 9 Stück "
NEW, AGAIN = "passphrase for the output: ", "passphrase for the output, again: "
ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----\n"


def key(name):
    """Makes an identity and returns its file and its recipient."""
    identity = WORK / name
    run("age-keygen", "-o", identity)
    return identity, run("age-keygen", "-y", identity).decode().strip()


def seal(name, *options, source=SAMPLE, sfcred=SFCRED):
    """Seals the conversion of a file with sfcred."""
    run(sfcred, "convert", source, "--to", "sfcred", "-o", WORK / name, *options, *AS_OF)
    return WORK / name


def convert(name, source, *options, sfcred=SFCRED):
    """Converts a sealed file and returns what came out."""
    run(sfcred, "convert", source, "--to", "sfcred", "-o", WORK / name, *options, *AS_OF)
    return (WORK / name).read_bytes()


def age_opens(sealed, identity):
    """What age makes of a sealed file."""
    return run("age", "--decrypt", "-i", identity, sealed)


def asked(command, *answers):
    """Runs a command that asks, and insists on its success."""
    status, shown = converse(command, answers)
    if status != 0:
        raise SystemExit(shown)


plain = convert("plain.json", SAMPLE)
one, to_one = key("one.key")
two, to_two = key("two.key")
other, _ = key("other.key")

# sfcred seals, age opens.
sealed = seal("one.age", "-r", to_one)
prove("age opens what is sealed to one recipient", age_opens(sealed, one) == plain)
sealed = seal("two.age", "-r", to_one, "-r", to_two)
prove("age opens with the first of two identities", age_opens(sealed, one) == plain)
prove("age opens with the second of two identities", age_opens(sealed, two) == plain)
(WORK / "team.txt").write_text(f"# the team\n\n{to_one}\n{to_two}\n")
prove("age opens what is sealed to a recipients file", age_opens(seal("team.age", "-R", WORK / "team.txt"), two) == plain)
sealed = seal("armored.age", "-r", to_one, "--armor")
prove("armor is text", sealed.read_bytes().startswith(ARMOR))
prove("age opens armor", age_opens(sealed, one) == plain)

many = WORK / "many.csv"
many.write_text("username,token,notes\n" + "".join(f"user{n}@many.example,FakeT0ken{n:09},{'note ' * 50}\n" for n in range(1000)))
large = convert("many.json", many)
prove("age opens a file of many chunks", len(large) > 4 * 64 * 1024 and age_opens(seal("many.age", "-r", to_one, source=many), one) == large)

sealed = WORK / "passphrase.age"
asked([SFCRED, "convert", SAMPLE, "--to", "sfcred", "-p", "-o", sealed, *AS_OF], (NEW, PASSPHRASE), (AGAIN, PASSPHRASE))
asked(["age", "--decrypt", "-o", WORK / "by-age.json", sealed], ("Enter passphrase:", PASSPHRASE))
prove("age opens what is sealed with a passphrase from the terminal", (WORK / "by-age.json").read_bytes() == plain)

(WORK / "passphrase.txt").write_text(PASSPHRASE + "\n")
sealed = seal("passphrase-file.age", "--to-passphrase-file", WORK / "passphrase.txt", "--armor")
asked(["age", "--decrypt", "-o", WORK / "by-age-2.json", sealed], ("Enter passphrase:", PASSPHRASE))
prove("age opens what is sealed with a passphrase from a file, armored", (WORK / "by-age-2.json").read_bytes() == plain)

sealed = WORK / "differ.age"
wrong = [(NEW, "First-Fake"), (AGAIN, "Second-Fake")]
differ = ("the two passphrases differ, once more; " + NEW, PASSPHRASE)
asked([SFCRED, "convert", SAMPLE, "--to", "sfcred", "-p", "-o", sealed, *AS_OF], *wrong, differ, (AGAIN, PASSPHRASE))
prove("two passphrases that differ are asked for again", convert("differ.json", sealed, "--from-passphrase-file", WORK / "passphrase.txt") == plain)
status, shown = converse([SFCRED, "convert", SAMPLE, "--to", "sfcred", "-p", "-o", WORK / "none.age", *AS_OF], wrong * 3)
prove("after three times it gives up", status == 1 and "sfcred: error: the two passphrases differ" in shown)
prove("and writes nothing", not (WORK / "none.age").exists())

status, shown = converse([SFCRED, "convert", SAMPLE, "--to", "sfcred", *AS_OF], [])
prove("a terminal gets no secrets", status == 1 and "secrets are not sent to a terminal" in shown and "Quartz" not in shown)

status, shown = converse([SFCRED, "check", "-"], [])
prove("a terminal is no file to read", status == 1 and "there is nothing to read from a terminal" in shown)

# age seals, sfcred opens.
sealed = WORK / "by-age.age"
run("age", "-r", to_one, "-o", sealed, SAMPLE)
prove("sfcred opens what age sealed to a recipient", convert("opened.json", sealed, "-i", one) == plain)
found = json.loads(run(SFCRED, "check", sealed, "-i", one, "--json", *AS_OF, status=3))
prove("check opens it too, and finds the stale token", found["counts"]["stale"] == 1)
run("age", "-r", to_two, "-r", to_one, "-a", "-o", WORK / "by-age-armored.age", SAMPLE)
prove("sfcred opens armor for two recipients", convert("opened-armor.json", WORK / "by-age-armored.age", "-i", other, "-i", one) == plain)
run("age", "-r", to_one, "-o", WORK / "by-age-many.age", many)
prove("sfcred opens a file of many chunks", convert("opened-many.json", WORK / "by-age-many.age", "-i", one) == large)

cut = WORK / "cut.age"
cut.write_bytes((WORK / "by-age-many.age").read_bytes()[:-1])
said = complaint(SFCRED, "convert", cut, "-i", one, "--to", "sfcred", "-o", WORK / "cut.json")
prove("a file cut by one byte is refused, and nothing is written", "could not be authenticated" in said and not (WORK / "cut.json").exists())
said = complaint(SFCRED, "convert", sealed, "-i", other, "--to", "sfcred", "-o", WORK / "foreign.json")
prove("another identity does not open it", "no identity matches" in said)

sealed = WORK / "by-age-passphrase.age"
first = ("Enter passphrase (leave empty to autogenerate a secure one):", PASSPHRASE)
asked(["age", "-p", "-o", sealed, SAMPLE], first, ("Confirm passphrase:", PASSPHRASE))
ask = f"passphrase for {sealed}: "
asked([SFCRED, "convert", sealed, "--to", "sfcred", "-o", WORK / "asked.json", *AS_OF], (ask, "wrong"), (ask, PASSPHRASE))
prove("sfcred opens what age sealed with a passphrase, at the second try", (WORK / "asked.json").read_bytes() == plain)
opened = convert("from-file.json", sealed, "--from-passphrase-file", WORK / "passphrase.txt")
prove("sfcred opens it with a passphrase file", opened == plain)
said = complaint(SFCRED, "convert", sealed, "--to", "sfcred", "-o", WORK / "nobody.json")
prove("without a terminal it names the option", "--from-passphrase-file" in said)

# An identity file that itself is sealed with a passphrase.
locked = WORK / "locked.key"
asked(["age", "-p", "-o", locked, one], first, ("Confirm passphrase:", PASSPHRASE))
ask = f"passphrase for {locked}: "
asked([SFCRED, "convert", WORK / "by-age.age", "-i", locked, "--to", "sfcred", "-o", WORK / "locked.json", *AS_OF], (ask, PASSPHRASE))
prove("sfcred opens with an identity file that has a passphrase", (WORK / "locked.json").read_bytes() == plain)

# An ssh key.
ssh = WORK / "ssh"
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "fake", "-f", ssh)
public = (WORK / "ssh.pub").read_text().strip()
prove("age opens what is sealed to an ssh key", age_opens(seal("ssh.age", "-r", public, sfcred=SFCRED_SSH), ssh) == plain)
run("age", "-R", WORK / "ssh.pub", "-o", WORK / "by-age-ssh.age", SAMPLE)
opened = convert("ssh.json", WORK / "by-age-ssh.age", "-i", ssh, sfcred=SFCRED_SSH)
prove("sfcred opens what age sealed to an ssh key", opened == plain)
run("ssh-keygen", "-q", "-p", "-P", "", "-N", "Fake-Lantern-7", "-f", ssh)
command = [SFCRED_SSH, "convert", WORK / "by-age-ssh.age", "-i", ssh, "--to", "sfcred", "-o", WORK / "ssh-locked.json", *AS_OF]
asked(command, (f"passphrase for {ssh}: ", "Fake-Lantern-7"))
prove("and with an ssh key that has a passphrase", (WORK / "ssh-locked.json").read_bytes() == plain)
said = complaint(SFCRED, "convert", WORK / "by-age-ssh.age", "-i", ssh, "--to", "sfcred", "-o", WORK / "no-ssh.json")
prove("a build without ssh says how to get it", "build with `--features ssh`" in said)
end()
