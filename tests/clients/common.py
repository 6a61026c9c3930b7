"""What the tests with real clients share: running programs, answering their prompts, and counting what was proved."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

SFCRED, SFCRED_SSH, WORK = (Path(argument).resolve() for argument in sys.argv[1:4])
SAMPLE = Path("docs/sample-vault.csv").resolve()
AS_OF = ["--as-of", "2026-11-21"]

# No program may wait for an answer or a page for longer than this.
PATIENCE = 120

_counts = {"passed": 0, "failed": 0}


def prove(what, holds):
    """Says whether something holds, and remembers it for the end."""
    _counts["passed" if holds else "failed"] += 1
    print(f"{'ok    ' if holds else 'FAILED'} {what}", flush=True)


def end():
    """Prints the counts and exits; nothing proved is a failure as well."""
    print(f"{_counts['passed']} passed, {_counts['failed']} failed", flush=True)
    sys.exit(0 if _counts["passed"] and not _counts["failed"] else 1)


def run(*command, stdin=b"", status=0):
    """Runs a program without a terminal and returns its stdout; another exit status than the wanted one ends the test."""
    arguments = [str(argument) for argument in command]
    # A session of its own has no terminal, so no prompt can reach the one of the developer.
    done = subprocess.run(arguments, input=stdin, capture_output=True, timeout=PATIENCE, start_new_session=True, check=False)
    if done.returncode != status:
        sys.exit(f"{' '.join(arguments[:3])}: exit status {done.returncode}, not {status}\n{done.stderr.decode()}")
    return done.stdout


def complaint(*command):
    """Runs a program that must fail with status 1, and returns what it said."""
    arguments = [str(argument) for argument in command]
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, start_new_session=True, check=False)
    if done.returncode != 1:
        sys.exit(f"{' '.join(arguments[:3])}: exit status {done.returncode}, not 1\n{done.stderr.decode()}")
    return done.stderr.decode()


def converse(command, answers, hidden=True):
    """Runs a program on a terminal of its own and answers its prompts; returns its exit status and what it showed.

    `answers` are pairs of a prompt and the answer to it, or a function that gives it, in order. Unless they are `hidden` they may be seen.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(str(command[0]), [str(argument) for argument in command])
    shown, seen, left, deadline = b"", 0, list(answers), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:  # The program has closed the terminal.
            data = b""
        if not data:
            break
        shown += data
        while left and (at := shown.find(left[0][0].encode(), seen)) >= 0:
            seen = at + len(left[0][0].encode())
            if hidden:
                _wait_until_hidden(terminal, deadline)
            answer = left.pop(0)[1]
            os.write(terminal, (answer() if callable(answer) else answer).encode() + b"\n")
    else:
        os.kill(process, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    os.close(terminal)
    if left:
        sys.exit(f"{command[0]}: never asked `{left[0][0]}`, but showed: {shown.decode()}")
    if hidden and any(answer.encode() in shown for _, answer in answers):
        sys.exit(f"{command[0]} shows what is typed: {shown.decode()}")
    return status, shown.decode()


def _wait_until_hidden(terminal, deadline):
    """Waits until the program has turned the echo off: what is typed before would be shown."""
    while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < deadline:
        time.sleep(0.01)
