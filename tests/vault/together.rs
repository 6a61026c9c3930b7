//! Several processes at once.

use std::fs::File;
use std::process::{Child, Stdio};

use super::Home;
use super::tool::wait;

#[test]
fn imports_at_once_lose_nothing() {
    const PROCESSES: usize = 12;
    let home = Home::new();
    let start = |number: usize| -> Child {
        let rows: Vec<_> = (0..5).map(|row| format!("user{number}.{row}@one.example,FakeT0kenFakeT0ken{number:03}{row:03}\n")).collect();
        home.write(&format!("{number}.csv"), format!("username,token\n{}", rows.concat()));
        let mut command = home.sfcred(["import", &format!("{number}.csv"), "--quiet", "--wait", "60", "--as-of", "2026-11-21"]);
        command.stdout(Stdio::null()).stderr(File::create(home.path(&format!("{number}.err"))).unwrap()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(start).collect();
    for mut child in children {
        assert!(wait(&mut child, "an import").success());
    }
    assert_eq!(home.done(["list"]).lines().count(), 1 + 5 * PROCESSES);
}

#[test]
fn who_holds_the_vault_is_named() {
    let home = Home::new();
    let lock = File::options().write(true).open(home.path("vault.age.lock")).unwrap();
    lock.lock().unwrap();
    std::fs::write(home.path("vault.age.lock"), "4711\n").unwrap();
    let ended = home.ended(["remove", "ops", "--wait", "0"]);
    ended.assert_code(1, "held");
    assert!(ended.stderr.starts_with("sfcred: error: vault.age: process 4711 is changing the vault since 20"), "{}", ended.stderr);
    assert!(ended.stderr.contains("--wait SECONDS waits longer"), "{}", ended.stderr);
    // Readers need no lock.
    assert!(home.done(["list"]).contains("ops@one.example"));
    drop(lock);
    home.done(["remove", "ops", "--wait", "0"]);
}
