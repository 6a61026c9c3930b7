//! The JSON export of Bitwarden inside a document that only its passphrase opens.
//!
//! The entries are read only when all of them have been authenticated, so the document inside is held whole. It is written as a stream.

mod envelope;
mod keys;
mod sealer;

use std::io::{Read, Write};

use crate::bitwarden_json::{self, Document};
use crate::format::{Sink, Spec, Writer};
use crate::json::Json;
use crate::record::Record;
use crate::{Error, Limits, Lock, Result, lock};
use envelope::{Sealed, encode};
use keys::Kdf;
use sealer::Sealer;

/// What is encrypted only to see whether the passphrase is right.
const VALIDATION: &str = "encKeyValidation_DO_NOT_EDIT";

#[derive(Debug)]
pub(crate) struct Codec;

impl crate::format::Codec for Codec {
    fn read(&self, _: &Spec, input: &mut dyn Read, limits: &Limits, lock: &mut dyn Lock, sink: &mut dyn Sink) -> Result<()> {
        let Outer { salt, kdf, validation, data } = Outer::read(input, limits)?;
        kdf.check(limits)?;
        let keys = lock::ask(lock, "wrong passphrase", |passphrase| {
            let keys = kdf.derive(passphrase, &salt)?;
            match (validation.is_authentic(&keys), data.is_authentic(&keys)) {
                (true, true) => Ok(Some(keys)),
                (false, false) => Ok(None),
                (false, true) => Err(changed(VALIDATION)),
                (true, false) => Err(changed("data")),
            }
        })?;
        let document = data.decrypt(&keys).ok_or_else(|| changed("data"))?;
        bitwarden_json::read(&mut &document[..], limits, sink)
    }

    fn write<'a>(&self, spec: &'a Spec, out: &'a mut dyn Write, lock: &'a mut dyn Lock) -> Result<Box<dyn Writer + 'a>> {
        let passphrase = lock.passphrase()?;
        let (mut salt, mut uuid, mut ivs) = ([0; 16], [0; 16], [[0; 16]; 2]);
        for bytes in [&mut salt, &mut uuid].into_iter().chain(&mut ivs) {
            lock.random(bytes)?;
        }
        let salt = encode(&salt);
        let kdf = Kdf::of(lock);
        let keys = kdf.derive(&passphrase, &salt)?;
        write!(out, "{{\"encrypted\":true,\"passwordProtected\":true,\"salt\":\"{salt}\",{},\n\"{VALIDATION}\":\"", kdf.json())?;
        let mut validation = Sealer::new(&mut *out, &keys, ivs[0])?;
        validation.write_all(random_uuid(uuid).as_bytes())?;
        validation.end()?;
        out.write_all(b"\",\n\"data\":\"")?;
        Ok(Box::new(Protected(Document::new(&spec.holds, Sealer::new(out, &keys, ivs[1])?))))
    }
}

/// What stands around the encrypted entries.
struct Outer {
    salt: String,
    kdf: Kdf,
    validation: Sealed,
    data: Sealed,
}

impl Outer {
    fn read(input: &mut dyn Read, limits: &Limits) -> Result<Self> {
        let (mut encrypted, mut protected) = (None, None);
        let (mut salt, mut validation, mut data): (Option<String>, Option<String>, Option<String>) = (None, None, None);
        let (mut kind, mut iterations, mut memory, mut parallelism) = (None, None, None, None);
        let mut json = Json::new(input, limits);
        json.object(|json, key| {
            match key {
                "encrypted" => encrypted = json.value()?,
                "passwordProtected" => protected = json.value()?,
                "salt" => salt = json.value()?,
                "kdfType" => kind = json.value()?,
                "kdfIterations" => iterations = json.value()?,
                "kdfMemory" => memory = json.value()?,
                "kdfParallelism" => parallelism = json.value()?,
                VALIDATION => validation = Some(json.value()?),
                "data" => data = Some(json.document()?),
                _ => json.skip()?,
            }
            Ok(())
        })?;
        json.finish()?;
        if encrypted != Some(true) {
            return Err(Error::new("the entries are not encrypted").hint("--from bitwarden-json reads them"));
        }
        if protected != Some(true) {
            return Err(Error::new("this is an account-restricted export of Bitwarden, which only the same account can open")
                .hint("export it again with the export type Password protected"));
        }
        let sealed = |text: Option<String>, key: &str| Sealed::parse(&present(text, key)?).ok_or_else(|| changed(key));
        Ok(Self {
            salt: present(salt.filter(|salt| !salt.is_empty()), "salt")?,
            kdf: Kdf::new(present(kind, "kdfType")?, present(iterations, "kdfIterations")?, memory, parallelism)?,
            validation: sealed(validation, VALIDATION)?,
            data: sealed(data, "data")?,
        })
    }
}

/// The value of a key that must be there.
fn present<T>(value: Option<T>, key: &str) -> Result<T> {
    value.ok_or_else(|| Error::new(format!("no `{key}`")).hint("the file is not complete; export it again"))
}

fn changed(key: &str) -> Error {
    Error::new(format!("damaged: `{key}` is not what was encrypted")).hint("the file was cut or changed; export or copy it again")
}

/// A version 4 UUID of random bytes.
fn random_uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let number = u128::from_be_bytes(bytes);
    let part = |shift: u32, digits: u32| number >> shift & ((1 << (4 * digits)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(96, 8), part(80, 4), part(64, 4), part(48, 4), part(0, 12))
}

/// The document that is encrypted as it is written.
struct Protected<'a>(Document<'a, Sealer<'a>>);

impl Writer for Protected<'_> {
    fn record(&mut self, record: &mut Record) -> Result<()> {
        self.0.record(record)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.end()?.end()?.write_all(b"\"}\n")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_looks_like_one() {
        assert_eq!(random_uuid([0xFF; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(random_uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
