//! Every example of the documentation and every transcript, run and compared.
//!
//! A page is run from top to bottom in a folder of its own, which holds the files of `tests/transcripts/files`, a few that are made here,
//! and the sample vault. After a change of a message, `TRYCMD=overwrite cargo test --test transcripts` writes what is said now; read the
//! difference before you commit it.

#![cfg(unix)]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folder that every page starts in.
fn files(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("docs")).unwrap();
    for name in ["docs/sample-vault.csv", "docs/sample-format.toml"] {
        fs::copy(Path::new(ROOT).join(name), folder.join(name)).unwrap();
    }
    for file in fs::read_dir(Path::new(ROOT).join("tests/transcripts/files")).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    for file in ["app/.env", "app/.env.example", "ant/build.properties", "src/login.py", "ci/login.yml"] {
        let guilty = Path::new(ROOT).join("tests/scan/files/guilty").join(file);
        let from = if guilty.exists() { guilty } else { Path::new(ROOT).join("tests/scan/files/innocent").join(file) };
        let to = folder.join("project").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, &to).unwrap();
        let noon = UNIX_EPOCH + Duration::from_secs(1_793_534_400); // 2026-11-01T12:00:00Z
        File::options().write(true).open(to).unwrap().set_modified(noon).unwrap();
    }
    for (key, mode) in [("key.txt", 0o600), ("other-key.txt", 0o644)] {
        fs::set_permissions(folder.join(key), Permissions::from_mode(mode)).unwrap();
    }
    fs::create_dir(folder.join("folder")).unwrap();
    fs::create_dir(folder.join("jobs")).unwrap();
    let deploy =
        "# nightly export\nexport SF_USERNAME=nightly@harbor-widgets.example\nSF_SECURITY_TOKEN='FakeT0kenFakeT0kenOldest' # mailed\n";
    fs::write(folder.join("jobs/deploy.env"), deploy).unwrap();
    fs::create_dir(folder.join("apply")).unwrap();
    let (user, token) = ("deploy@one.example", "FakeT0kenFakeT0kenFakeT0");
    for (name, text) in [
        (
            "deploy.env",
            format!("# token issued 2026-05-01\nexport SF_USERNAME={user}\nSF_PASSWORD='Fake-1' # old\nSF_TOKEN={token}\nOTHER=1\n"),
        ),
        ("build.properties", format!("sf.username = {user}\nsf.password = Fake-1{token}\nsf.serverurl = https://login.salesforce.com\n")),
        ("logins.csv", format!("username,password,token,issued\n{user},Fake-1,{token},2026-05-01\n")),
        ("variable.env", format!("SF_USERNAME={user}\nSF_TOKEN=${{TOKEN}}\n")),
        ("twins.env", format!("SF_USERNAME_1={user}\nSF_TOKEN_1={token}\nSF_USERNAME_2={user}\nSF_TOKEN_2={token}0\n")),
    ] {
        fs::write(folder.join("apply").join(name), text).unwrap();
    }
    symlink("deploy.env", folder.join("apply/link.env")).unwrap();
    mailbox(folder);
    loader(folder);
    symlink("tokens.csv", folder.join("link.csv")).unwrap();

    let table = "title,username,password,token,issued\n";
    let row = |number| format!("Org {number},user{number}@many.example,Fake-{number},FakeT0ken{number:015},2026-05-01\n");
    let rows = |count| (1..=count).map(row).collect::<String>();
    fs::write(folder.join("25-stale.csv"), format!("{table}{}", rows(25))).unwrap();
    fs::write(folder.join("screenful.csv"), format!("{table}{}No token,user21@many.example,Fake-21,,\n", rows(20))).unwrap();
    fs::write(folder.join("10001.csv"), format!("{table}{}", rows(10_001))).unwrap();
    fs::write(folder.join("3001.csv"), format!("{table}{}", rows(3001))).unwrap();
    fs::write(
        folder.join("long.csv"),
        format!("username,password,token,notes\nlong@many.example,{0},FakeT0kenFakeT0kenFakeT0,{0}\n", "x".repeat(7500)),
    )
    .unwrap();
    let text: Vec<u8> = format!("{table}{}", rows(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.join("utf16.csv"), [&b"\xFF\xFE"[..], &text].concat()).unwrap();
    fs::write(folder.join("latin1.csv"), b"username,token\nops@one.example,FakeT0kenFakeT0ken\nk\xF6ln@one.example,FakeT0kenFakeT0ken\n")
        .unwrap();
    fs::write(folder.join("nul.csv"), b"username,token\nops@one.example,Fake\0T0ken\n").unwrap();
    fs::write(folder.join("office.xlsx"), b"PK\x03\x04\x14\x00\x06\x00rest").unwrap();
    fs::write(folder.join("logins.sqlite"), b"SQLite format 3\0rest").unwrap();
    fs::write(folder.join("database.kdbx"), b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5rest").unwrap();
    fs::write(folder.join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0rest").unwrap();
    fs::write(folder.join("large.keys"), "#".repeat(70_000)).unwrap();
    // The sample of a format of one's own, each with one mistake.
    let format = fs::read_to_string(folder.join("docs/sample-format.toml")).unwrap();
    for (name, right, wrong) in [
        ("taken", "harbor-csv\"", "chrome-csv\""),
        ("unknown", "key = \"issued\"", "kee = \"issued\""),
        ("kind", "row_end = \"lf\"", "ragged = \"yes\""),
        ("join", "join = \"semicolon\"", "join = \"slash\""),
        ("holds", "needs = [\"title\"]", "keys = [\"folder\"]"),
        ("toml", "notes = 2000", "notes = 2000 bytes"),
    ] {
        assert!(format.contains(right));
        fs::write(folder.join(format!("spec-{name}.toml")), format.replace(right, wrong)).unwrap();
    }
    let twin = fs::read_to_string(folder.join("spec-twin.toml")).unwrap();
    fs::write(folder.join("spec-same.toml"), twin.replace("twins", "# twins")).unwrap();
    fs::write(folder.join("new-token.txt"), "FakeT0kenFakeT0kenNewest\n").unwrap();
    fs::write(folder.join("old-token.txt"), "FakeT0kenFakeT0kenOldest\n").unwrap();
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa\n";
    fs::write(folder.join("64-recipients.txt"), recipient.repeat(64)).unwrap();
}

/// A Maildir with a hidden folder, and with files that are no mails of it.
fn mailbox(folder: &Path) {
    fs::create_dir_all(folder.join("Maildir/cur")).unwrap();
    fs::write(folder.join("Maildir/dovecot-uidlist"), "3 V1 N2\n").unwrap();
    let mbox = fs::read_to_string(folder.join("tokens.mbox")).unwrap();
    for (at, mail) in mbox.split("\n\nFrom ").enumerate() {
        // Its first line is the mark of the mbox.
        fs::write(folder.join(format!("Maildir/cur/178700000{at}.M1P1.host:2,S")), mail.split_once('\n').unwrap().1).unwrap();
    }
    fs::create_dir_all(folder.join("Maildir/.Archive/cur")).unwrap();
    fs::create_dir_all(folder.join("Maildir/.hidden")).unwrap();
    let archived = "Date: Tue, 3 Mar 2026 10:00:00 +0000\nFrom: Salesforce <support@salesforce.com>\nSubject: Your new Salesforce security token\n\n\
                    Username: archived@harbor-widgets.example\nSecurity token (case-sensitive): FakeT0kenFakeT0kenArchiv\n";
    fs::write(folder.join("Maildir/.Archive/cur/1770000000.M1P1.host:2,S"), archived).unwrap();
    fs::write(folder.join("Maildir/.Archive/maildirfolder"), "").unwrap();
    fs::write(folder.join("Maildir/pasted.txt"), format!("Hello,\n\n{}", archived.replace("archived@", "pasted@"))).unwrap();
    fs::write(folder.join("Maildir/notes.txt"), "call back\n").unwrap();
}

/// The settings of Data Loader in two files.
fn loader(folder: &Path) {
    fs::create_dir(folder.join("loader")).unwrap();
    let processes = fs::read_to_string(folder.join("process-conf.xml")).unwrap();
    let without = processes.replace("<entry key=\"sfdc.username\" value=\"ops@harbor-widgets.example\"/>", "");
    fs::write(folder.join("loader/process-conf.xml"), without).unwrap();
    fs::write(folder.join("loader/config.properties"), "#Loader Config\nsfdc.username=ops@harbor-widgets.example\n").unwrap();
    fs::copy(folder.join("dataLoader.key"), folder.join("loader/dataLoader.key")).unwrap();
}

/// The pages: the documentation and every transcript.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let mut pages: Vec<_> = ["README.md", "docs/guide.md", "docs/reports.md", "docs/unattended.md"].map(|page| root.join(page)).into();
    let transcripts = fs::read_dir(root.join("tests/transcripts")).unwrap().map(|file| file.unwrap().path());
    pages.extend(transcripts.filter(|path| path.extension().is_some_and(|end| end == "trycmd" || end == "toml")));
    pages.sort();
    pages
}

#[test]
fn what_is_shown_is_what_happens() {
    // Links, so that what is overwritten is the page itself.
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transcripts");
    let _ = fs::remove_dir_all(&work);
    let cases = trycmd::TestCases::new();
    // No settings of whoever runs the tests.
    cases.env("XDG_CONFIG_HOME", "/nowhere");
    cases.env("XDG_DATA_HOME", "/nowhere");
    cases.env("SFCRED_VAULT", "own.age");
    cases.env("SFCRED_IDENTITY", "key.txt");
    for name in ["cat", "ls"] {
        cases.register_bin(name, Path::new("/bin").join(name));
    }
    let mut commands = 0;
    for page in pages() {
        let link = work.join(page.file_name().unwrap());
        files(&link.with_extension("in"));
        // That there is a folder for what comes out makes trycmd work on a copy.
        fs::create_dir(link.with_extension("out")).unwrap();
        let text = fs::read_to_string(&page).unwrap();
        commands += text.lines().filter(|line| line.starts_with("$ ") || line.starts_with("args = ")).count();
        symlink(&page, &link).unwrap();
        cases.case(&link);
    }
    println!("{commands} commands");
    assert!(commands > 150, "only {commands} commands");
    cases.run();
}

/// The first thing that a reader does is what the transcript above it shows.
#[test]
fn the_readme_runs_what_it_shows() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let shown = readme.lines().find_map(|line| line.strip_prefix("$ sfcred ")).unwrap();
    let run = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).unwrap();
    assert_eq!(run, shown);
    assert!(readme.lines().any(|line| line == "cargo test"));
}
