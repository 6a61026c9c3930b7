//! The dictionary in which a header of KDBX 4 says how the key is derived.

use std::collections::BTreeMap;

use super::bytes::Bytes;

const VERSION: u16 = 0x0100;
const U32: u8 = 0x04;
const U64: u8 = 0x05;
const BYTES: u8 = 0x42;

/// Keys, the kinds of their values, and the values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dictionary(BTreeMap<String, (u8, Vec<u8>)>);

impl Dictionary {
    /// Reads a dictionary to its end.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes::new(bytes);
        // Of the version only the upper half may not differ.
        if bytes.u16()? >> 8 != VERSION >> 8 {
            return None;
        }
        let mut entries = BTreeMap::new();
        loop {
            let kind = bytes.u8()?;
            if kind == 0 {
                return bytes.is_empty().then_some(Self(entries));
            }
            let key = String::from_utf8(bytes.sized()?.to_vec()).ok()?;
            let value = bytes.sized()?.to_vec();
            if entries.insert(key, (kind, value)).is_some() {
                return None;
            }
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = VERSION.to_le_bytes().to_vec();
        for (key, (kind, value)) in &self.0 {
            out.push(*kind);
            for part in [key.as_bytes(), value] {
                out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
                out.extend_from_slice(part);
            }
        }
        out.push(0);
        out
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    fn get<const N: usize>(&self, key: &str, kind: u8) -> Option<[u8; N]> {
        self.bytes_of(key, kind)?.try_into().ok()
    }

    fn bytes_of(&self, key: &str, kind: u8) -> Option<&[u8]> {
        self.0.get(key).filter(|(found, _)| *found == kind).map(|(_, value)| value.as_slice())
    }

    pub(super) fn u32(&self, key: &str) -> Option<u32> {
        self.get(key, U32).map(u32::from_le_bytes)
    }

    pub(super) fn u64(&self, key: &str) -> Option<u64> {
        self.get(key, U64).map(u64::from_le_bytes)
    }

    pub(super) fn bytes(&self, key: &str) -> Option<&[u8]> {
        self.bytes_of(key, BYTES)
    }

    pub(super) fn set_u32(&mut self, key: &str, value: u32) {
        self.0.insert(key.to_owned(), (U32, value.to_le_bytes().to_vec()));
    }

    pub(super) fn set_u64(&mut self, key: &str, value: u64) {
        self.0.insert(key.to_owned(), (U64, value.to_le_bytes().to_vec()));
    }

    pub(super) fn set_bytes(&mut self, key: &str, value: &[u8]) {
        self.0.insert(key.to_owned(), (BYTES, value.to_vec()));
    }
}
