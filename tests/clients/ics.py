"""Calendars: a library of another author accepts the reminders, and a calendar that imports them again changes them and gets no second one."""

import datetime
import os
import sys
from pathlib import Path

import icalendar

from common import SFCRED, WORK, end, prove, run

HOSTILE = r"""{"format":"sfcred","version":1,"records":[
{"title":"a,b;c\\d\nBEGIN:VEVENT","username":"чужой-鍵-🔑-чужой-鍵-🔑-чужой-鍵-🔑@one.example","token":"FakeT0kenFakeT0kenFake01","issued":"2026-11-01",
 "used_by":[{"name":"\r\nEND:VCALENDAR","place":"ключ, замок; дверь"}]}]}"""


def reminders(name, source, as_of, *options):
    """Makes a calendar and returns its file and its events by their UID."""
    file = WORK / name
    run(SFCRED, "check", source, "--format", "ics", "-o", file, "--as-of", as_of, "--fail-on", "never", *options)
    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    events = {str(event["UID"]): event for event in calendar.events}
    prove(f"{name}: the library takes it, {len(events)} events, none twice", events and len(events) == len(calendar.events))
    broken = [error for event in calendar.walk() for error in event.errors]
    prove(f"{name}: nothing in it is broken", not broken or print(broken))
    missing = [key for key in ["VERSION", "PRODID"] if key not in calendar]
    missing += [key for event in calendar.events for key in ["UID", "DTSTAMP", "DTSTART", "SUMMARY"] if key not in event]
    prove(f"{name}: nothing is missing that RFC 5545 asks for", not missing)
    prove(f"{name}: read and written again it is the same", icalendar.Calendar.from_ical(calendar.to_ical()).to_ical() == calendar.to_ical())
    return file, events


def day(event):
    """The day of a reminder."""
    return event["DTSTART"].dt


def of(events, login):
    """The event of a login."""
    found = [event for event in events.values() if f" {login}" in str(event["SUMMARY"])]
    return found[0] if len(found) == 1 else sys.exit(f"{len(found)} reminders for {login}")


(WORK / "tokens.csv").write_text(
    "title,username,token,issued,rotate_by\n"
    "Ops,ops@one.example,FakeT0kenFakeT0kenFake01,2026-11-01,\nBilling,billing@one.example,FakeT0kenFakeT0kenFake02,2026-11-02,2026-12-24\n"
    "Old,old@one.example,FakeT0kenFakeT0kenFake03,2026-01-01,\n"
)
first, events = reminders("first.ics", WORK / "tokens.csv", "2026-11-21")
prove("a token is to be replaced when it is 90 days old", day(of(events, "ops@one.example")) == datetime.date(2027, 1, 30))
prove("or by the day that the record names", day(of(events, "billing@one.example")) == datetime.date(2026, 12, 24))
prove("or now, if that is past", day(of(events, "old@one.example")) == datetime.date(2026, 11, 21))
alarms = [alarm["TRIGGER"].dt for alarm in of(events, "ops@one.example").walk("VALARM")]
hours = [alarm.total_seconds() / 3600 for alarm in alarms]
prove(f"alarms go off at nine, 15 days before and on the day: {hours}", hours == [9 - 15 * 24, 9])

replaced = (WORK / "tokens.csv").read_text().replace("2026-01-01", "2026-11-25").replace("Fake03", "Fake33")
(WORK / "later.csv").write_text(replaced)
later, changed = reminders("later.ics", WORK / "later.csv", "2026-11-28")
prove("after a reset it is the same reminder", changed.keys() == events.keys())
prove("of a later version", all(changed[uid]["SEQUENCE"] > events[uid]["SEQUENCE"] for uid in events))
prove("on another day", day(of(changed, "old@one.example")) == datetime.date(2027, 2, 23))

(WORK / "hostile.json").write_text(HOSTILE)
_, hostile = reminders("hostile.ics", WORK / "hostile.json", "2026-11-21")
said = str(next(iter(hostile.values()))["SUMMARY"])
prove("a hostile name comes out as it is", len(hostile) == 1 and r"🔑@one.example (a,b;c\d\u{a}BEGIN:VEVENT)" in said)
prove("so does a place", "ключ, замок; дверь" in str(next(iter(hostile.values()))["DESCRIPTION"]))

# khal, a calendar on the command line.
store, settings = WORK / "store", WORK / "khal.conf"
store.mkdir()
settings.write_text(
    f"[calendars]\n[[tokens]]\npath = {store}\n[sqlite]\npath = {WORK / 'khal.db'}\n"
    "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
    "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n[default]\ndefault_calendar = tokens\n"
)
khal = [Path(sys.executable).parent / "khal", "-c", settings]
os.environ["HOME"] = str(WORK)


def shown():
    """What the calendar shows for half a year."""
    text = run(*khal, "list", "--format", "{start-date} {title}", "--day-format", "", "2026-11-01", "180d").decode()
    return sorted(line for line in text.splitlines() if line.strip())


run(*khal, "import", "--batch", first)
once = shown()
prove(f"the calendar shows {len(once)} reminders", len(once) == 3 and "2026-12-24 Replace the Salesforce token of billing@one.example (Billing)" in once)
run(*khal, "import", "--batch", first)
prove("imported again there is no second one", shown() == once)
run(*khal, "import", "--batch", later)
moved = shown()
prove("a later check moves them", len(moved) == 3 and "2027-02-23 Replace the Salesforce token of old@one.example (Old)" in moved)
end()
