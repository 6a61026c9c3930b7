//! Looks through the memory of this process.

use std::fs::{self, File};
use std::io::BufRead;
use std::os::unix::fs::FileExt;

use super::needles::FORMS;

/// Bytes that are looked at at once.
const CHUNK: usize = 1 << 20;
/// Longer than any needle, so that none is missed between two chunks.
const OVERLAP: usize = 64;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// How often, by form.
    pub hits: [usize; FORMS.len()],
    /// The mappings with a hit.
    pub places: Vec<String>,
    /// How many bytes were looked at.
    pub bytes: usize,
    /// Whether heap and stack were among them.
    pub heap_and_stack: bool,
}

/// Counts the needles in everything that can be read.
pub fn scan() -> Found {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut found = Found::default();
    let mut chunk = vec![0; CHUNK + OVERLAP];
    let mut named = 0;
    for map in maps.lines() {
        let mut parts = map.split_ascii_whitespace();
        let (Some(range), Some(mode)) = (parts.next(), parts.next()) else { continue };
        if !mode.starts_with('r') {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        let before = found.hits;
        for at in (start..end).step_by(CHUNK) {
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX).min(CHUNK + OVERLAP);
            // What the kernel keeps for itself, such as [vvar], cannot be read.
            let Ok(count) = memory.read_at(&mut chunk[..wanted], at) else { break };
            found.bytes += count.min(CHUNK);
            look(&chunk[..count], &mut found.hits);
        }
        named += usize::from(map.ends_with("[heap]") || map.ends_with("[stack]"));
        if found.hits != before {
            found.places.push(map.to_owned());
        }
    }
    found.heap_and_stack = named == 2;
    found
}

/// Counts what begins in the first [`CHUNK`] bytes.
fn look(memory: &[u8], hits: &mut [usize; FORMS.len()]) {
    for first in [b'~', b'U'] {
        let mut rest = memory;
        // It searches at the speed of memory even where the program is not optimised.
        while let Ok(skipped) = rest.skip_until(first) {
            let at = memory.len() - rest.len();
            if skipped == 0 || at > CHUNK {
                break;
            }
            for (form, hits) in FORMS.into_iter().zip(hits.iter_mut()) {
                *hits += usize::from(form.bytes().next() == Some(first) && form.begins(&memory[at - 1..]));
            }
        }
    }
}
