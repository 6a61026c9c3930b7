//! A disk for tests, one step of which fails.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};

use rustix::io::Errno;
use sfcred_formats::Result;

use super::super::put::Place;
use super::super::signals::Unfinished;
use super::save::{Disk, Real};

/// Fails at the step of this number; half of a file is written before its write fails.
pub(super) struct Failing {
    at: u32,
    steps: Cell<u32>,
}

impl Failing {
    pub(super) fn new(at: u32) -> Self {
        Self { at, steps: Cell::new(0) }
    }

    fn step(&self) -> io::Result<()> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() == self.at { Err(Errno::IO.into()) } else { Ok(()) }
    }
}

impl Disk for Failing {
    fn create(&self, place: &Place) -> io::Result<(Unfinished, File)> {
        self.step()?;
        Real.create(place)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let (half, _) = bytes.split_at(bytes.len() / 2);
        file.write_all(half)?;
        self.step()?;
        Real.write(file, &bytes[half.len()..])
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        Real.sync(file)
    }

    fn read(&self, place: &Place, name: &OsStr) -> io::Result<Vec<u8>> {
        self.step()?;
        Real.read(place, name)
    }

    fn rename(&self, place: &Place, from: &str, to: &OsStr) -> io::Result<()> {
        self.step()?;
        Real.rename(place, from, to)
    }

    fn sync_folder(&self, place: &Place) -> Result<()> {
        self.step()?;
        Real.sync_folder(place)
    }
}
