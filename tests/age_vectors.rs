//! The test vectors of the age specification (C2SP/CCTV), which the package of the `age` crate carries.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use age::secrecy::SecretString;
use sfcred::seal::{self, Keys};
use sfcred_formats::Result;
use zeroize::Zeroizing;

#[derive(Default)]
struct Vector {
    expect: String,
    packed: bool,
    identities: Vec<String>,
    passphrases: Vec<String>,
    file: Vec<u8>,
}

impl Vector {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let mut vector = Self { file: bytes[end + 2..].to_vec(), ..Self::default() };
        for line in str::from_utf8(&bytes[..end]).unwrap().lines() {
            match line.split_once(": ").unwrap() {
                ("expect", what) => what.clone_into(&mut vector.expect),
                ("compressed", _) => vector.packed = true,
                ("identity", key) => vector.identities.push(key.to_owned()),
                ("passphrase", text) => vector.passphrases.push(text.to_owned()),
                _ => {}
            }
        }
        if vector.packed {
            let packed = std::mem::take(&mut vector.file);
            flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut vector.file).unwrap();
        }
        vector
    }
}

impl Keys for Vector {
    fn identity_files(&mut self) -> Result<Vec<(String, Zeroizing<Vec<u8>>)>> {
        Ok(self.identities.iter().map(|key| (String::new(), Zeroizing::new(key.clone().into_bytes()))).collect())
    }

    fn passphrase(&mut self, _: Option<&str>) -> Result<SecretString> {
        Ok(self.passphrases.remove(0).into())
    }

    fn again(&mut self, _: Option<&str>) -> bool {
        !self.passphrases.is_empty()
    }
}

/// What came of it, in the words of the vectors.
fn outcome(mut vector: Vector) -> &'static str {
    let file = std::mem::take(&mut vector.file);
    let opened = seal::open(Box::new(&file[..]), &mut vector, seal::MAX_WORK_FACTOR);
    match opened.and_then(|mut opened| Ok(opened.read_to_end(&mut Vec::new())?)) {
        Ok(_) => "success",
        Err(error) => match error.to_string().as_str() {
            "no identity matches" | "wrong passphrase" | "sealed to recipients, and no identity was given" => "no match",
            _ => "failure",
        },
    }
}

/// Where cargo keeps the package of the crate.
fn folder() -> PathBuf {
    let run =
        |program: &str, arguments: &[&str]| String::from_utf8(Command::new(program).args(arguments).output().unwrap().stdout).unwrap();
    let version = run("rustc", &["-vV"]);
    // Only this platform's packages are sure to be there without the network.
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = run(env!("CARGO"), &["metadata", "--format-version=1", "--offline", "--filter-platform", host]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let age = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "age").unwrap();
    PathBuf::from(age["manifest_path"].as_str().unwrap()).with_file_name("tests").join("testdata/testkit")
}

#[test]
fn vectors() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let vector = Vector::read(&fs::read(&path).unwrap());
        let expect = vector.expect.clone();
        let got = outcome(vector);
        // They tell apart what failed; for whoever holds the file it is damaged either way.
        if got != expect && !(got == "failure" && expect.ends_with(" failure")) {
            wrong.push(format!("{}: {expect}, got {got}", path.file_name().unwrap().display()));
        }
        seen += 1;
    }
    assert!(seen >= 123, "only {seen} vectors");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
