//! Records for the tests of what is printed.

use sfcred_formats::{Limits, NoLock};

use crate::check::{Keep, Policy};
use crate::flow::{self, Content, Options, Report, Source};

/// One record of nearly every kind.
pub(super) const MIXED: &str = r#"{"format":"sfcred","version":1,"records":[
{"title":"Ops integration","username":"ops@harbor-widgets.example","password":"Quartz-Lantern-42!","token":"Qx7LmT2vRk9ZpB4nWc6HdY1s",
 "issued":"2026-08-18","urls":["https://login.salesforce.com"],
 "used_by":[{"name":"nightly export","place":"jobs/process-conf.xml"},{"name":"Zapier"}]},
{"title":"Billing bridge","username":"billing@harbor-widgets.example","password":"Fake-2","token":"FakeT0kenFakeT0kenFake02","issued":"2026-06-30",
 "password_changed":"2026-10-12"},
{"username":"due@harbor-widgets.example","password":"Fake-3","token":"FakeT0kenFakeT0kenFake03","issued":"2026-08-30"},
{"username":"fresh@harbor-widgets.example","password":"Fake-4","token":"FakeT0kenFakeT0kenFake04","issued":"2026-11-02"},
{"username":"early@harbor-widgets.example","password":"Fake-5","token":"FakeT0kenFakeT0kenFake05","issued":"2026-11-02","rotate_by":"2026-12-01"},
{"username":"undated@harbor-widgets.example","password":"Fake-6","token":"FakeT0kenFakeT0kenFake06"},
{"username":"none@harbor-widgets.example","password":"Fake-7"},
{"username":"twice@harbor-widgets.example","password":"Fake-8","token":"FakeT0kenFakeT0kenFake08","issued":"2026-09-01"},
{"username":"twice@harbor-widgets.example","password":"Fake-8","token":"FakeT0kenFakeT0kenFake88","issued":"2026-11-03"},
{"username":"old@harbor-widgets.example","password":"Fake-9","token":"FakeT0kenFakeT0kenFake09","issued":"2024-02-29"},
{"username":"new@harbor-widgets.example.uat","password":"Fake-10","token":"FakeT0kenFakeT0kenFake10","issued":"2026-11-18",
 "urls":["https://test.salesforce.com"]}]}"#;

/// Names that would do harm in one output or another.
pub(super) const HOSTILE: &str = r#"{"format":"sfcred","version":1,"records":[
{"title":"</title><script>alert(1)</script>","username":"\"><img/src=x@one.example","password":"Fake-1","token":"FakeT0kenFakeT0kenFake01",
 "issued":"2026-01-01","used_by":[{"name":"<b onclick='x'>&amp;","place":"a,b;c\\d"}]},
{"title":"=HYPERLINK(\"http://evil.example\",\"x\")","username":"@sum@two.example","password":"Fake-2","token":"FakeT0kenFakeT0kenFake02",
 "issued":"2026-01-02"},
{"title":"100%, really\n::error::forged","username":"BEGIN:VEVENT\r\nUID:forged@three.example","password":"Fake-3",
 "token":"FakeT0kenFakeT0kenFake03","issued":"2026-11-01"},
{"title":"\u202egnp.exe\u0000\u001b[2J","username":"чужой-鍵-🔑-чужой-鍵-🔑-чужой-鍵-🔑-чужой-鍵-🔑@four.example","password":"Fake-4",
 "token":"FakeT0kenFakeT0kenFake04","issued":"2026-10-01"}]}"#;

/// Judges records on 2026-11-21 and keeps all.
pub(super) fn report(records: &'static str) -> Report {
    report_on(records, "2026-11-21")
}

/// Judges records on a day and keeps all.
pub(super) fn report_on(records: &'static str, day: &str) -> Report {
    let policy = Policy::new(day.parse().unwrap());
    let keep = Keep { each: u64::MAX, all: u64::MAX, closely: u64::MAX };
    let options = Options { all: true, policy, keep, limits: Limits::default(), split: None, join: false, own: &[] };
    let source = Source {
        name: "sample".to_owned(),
        content: Content::File(Box::new(records.as_bytes())),
        from: None,
        lock: Box::new(NoLock),
        made_of: None,
    };
    flow::check(vec![source], &options).unwrap()
}
