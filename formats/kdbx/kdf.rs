//! How the key is derived, what that may cost, and the deriving.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, KeyInit};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::damaged;
use super::dictionary::Dictionary;
use crate::{Cost, Error, Limits, Result};

const ARGON2D: [u8; 16] = [0xEF, 0x63, 0x6D, 0xDF, 0x8C, 0x29, 0x44, 0x4B, 0x91, 0xF7, 0xA9, 0xA4, 0x03, 0xE3, 0x0A, 0x0C];
const ARGON2ID: [u8; 16] = [0x9E, 0x29, 0x8B, 0x19, 0x56, 0xDB, 0x47, 0x73, 0xB2, 0x3D, 0xFC, 0x3E, 0xC6, 0xF0, 0xA1, 0xE6];
const AES: [u8; 16] = [0xC9, 0xD9, 0xF3, 0x9A, 0x62, 0x8A, 0x44, 0x60, 0xBF, 0x74, 0x0D, 0x08, 0xC1, 0x8A, 0x4F, 0xEA];
/// The same under another name, as `KeePassXC` writes it into KDBX 4.
const AES_4: [u8; 16] = [0x7C, 0x02, 0xBB, 0x82, 0x79, 0xA7, 0x4A, 0xC0, 0x92, 0x7D, 0x11, 0x4A, 0x00, 0x64, 0x82, 0x38];

/// More than any program lets people choose by the number of processors.
const LANES: u32 = 64;
const MIB: u64 = 1 << 20;

/// A key derivation and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kdf {
    /// So many rounds of AES with this key.
    Aes { rounds: u64, seed: [u8; 32] },
    /// Argon2; memory in bytes.
    Argon2 { id: bool, version: u32, salt: Vec<u8>, memory: u64, passes: u64, lanes: u32 },
}

impl Kdf {
    /// What new databases get.
    pub(super) fn new(cost: Cost, salt: [u8; 32]) -> Self {
        let memory = u64::from(cost.memory) * MIB;
        Self::Argon2 { id: true, version: 0x13, salt: salt.to_vec(), memory, passes: cost.passes.into(), lanes: cost.lanes }
    }

    /// Reads the parameters of a header of KDBX 4.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let dictionary = Dictionary::read(bytes).ok_or_else(damaged)?;
        let kind = dictionary.bytes("$UUID").ok_or_else(damaged)?;
        if kind == AES || kind == AES_4 {
            let seed = dictionary.bytes("S").and_then(|seed| seed.try_into().ok());
            let (Some(rounds), Some(seed)) = (dictionary.u64("R"), seed) else { return Err(damaged()) };
            return Ok(Self::Aes { rounds, seed });
        }
        if kind != ARGON2D && kind != ARGON2ID {
            return Err(Error::new("an unknown key derivation").hint("in KeePassXC choose Argon2 in Database > Database Security"));
        }
        if dictionary.has("K") || dictionary.has("A") {
            let what = "Argon2 with a secret or associated data, which no common program writes";
            return Err(Error::new(what).hint("in KeePassXC save the database anew with Argon2id"));
        }
        let (Some(version), Some(salt), Some(memory), Some(passes), Some(lanes)) =
            (dictionary.u32("V"), dictionary.bytes("S"), dictionary.u64("M"), dictionary.u64("I"), dictionary.u32("P"))
        else {
            return Err(damaged());
        };
        if !matches!(version, 0x10 | 0x13) || !(8..=1024).contains(&salt.len()) || passes == 0 || lanes == 0 {
            return Err(damaged());
        }
        Ok(Self::Argon2 { id: kind == ARGON2ID, version, salt: salt.to_vec(), memory, passes, lanes })
    }

    /// The parameters for a header of KDBX 4.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut dictionary = Dictionary::default();
        match self {
            Self::Aes { rounds, seed } => {
                dictionary.set_bytes("$UUID", &AES);
                dictionary.set_u64("R", *rounds);
                dictionary.set_bytes("S", seed);
            }
            Self::Argon2 { id, version, salt, memory, passes, lanes } => {
                dictionary.set_bytes("$UUID", if *id { &ARGON2ID } else { &ARGON2D });
                dictionary.set_u32("V", *version);
                dictionary.set_bytes("S", salt);
                dictionary.set_u64("M", *memory);
                dictionary.set_u64("I", *passes);
                dictionary.set_u32("P", *lanes);
            }
        }
        dictionary.write()
    }

    /// Compares what it costs with what it may cost.
    ///
    /// # Errors
    /// Names the parameter, and what raises the limit.
    pub(super) fn check(&self, limits: &Limits) -> Result<()> {
        match self {
            Self::Aes { rounds, .. } => limits.check_rounds("the AES key derivation", *rounds),
            Self::Argon2 { lanes, .. } if *lanes > LANES => Err(Error::new(format!("Argon2 asks for {lanes} lanes, and the limit is {LANES}"))
                .hint("no program uses so many, so the file was changed; take another copy")),
            Self::Argon2 { memory, passes, .. } => limits.check_argon2(["Argon2 memory", "passes"], *memory, *passes),
        }
    }

    /// Derives the key.
    ///
    /// # Errors
    /// When the parameters contradict each other, or there is not enough memory.
    pub(super) fn derive(&self, composite: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>> {
        let mut key = Zeroizing::new(*composite);
        match self {
            Self::Aes { rounds, seed } => {
                let cipher = Aes256::new(GenericArray::from_slice(seed));
                let (first, second) = key.split_at_mut(16);
                let (first, second) = (GenericArray::from_mut_slice(first), GenericArray::from_mut_slice(second));
                for _ in 0..*rounds {
                    cipher.encrypt_block(first);
                    cipher.encrypt_block(second);
                }
                *key = Sha256::digest(*key).into();
            }
            Self::Argon2 { id, version, salt, memory, passes, lanes } => {
                let algorithm = if *id { Algorithm::Argon2id } else { Algorithm::Argon2d };
                let version = if *version == 0x10 { Version::V0x10 } else { Version::V0x13 };
                let (Ok(kib), Ok(passes)) = (u32::try_from(memory / 1024), u32::try_from(*passes)) else { return Err(damaged()) };
                let params = Params::new(kib, passes, *lanes, Some(key.len())).map_err(|_| damaged())?;
                let count = params.block_count();
                let mut blocks: Vec<Block> = Vec::new();
                blocks.try_reserve_exact(count).map_err(|_| {
                    Error::new(format!("not enough memory for the {} MiB that its key takes", memory.div_ceil(MIB)))
                        .hint("close other programs, or lower it in KeePassXC on a larger computer")
                })?;
                blocks.resize(count, Block::default());
                let argon2 = Argon2::new(algorithm, version, params);
                argon2.hash_password_into_with_memory(composite, salt, &mut *key, &mut blocks[..]).map_err(|_| damaged())?;
            }
        }
        Ok(key)
    }
}
