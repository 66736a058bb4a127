//! A disk that loses its power: what was written since the last sync may be there, not there, or there in part, and in
//! any order.
//!
//! Real files stay as the running process sees them. Beside them this keeps, for each file, what is surely on the disk and
//! the changes since then, so that "what would a power cut leave now" can be asked at any moment, as often as one likes.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;

/// What a drive writes at once or not at all.
const SECTOR: usize = 512;

/// A change that no sync has followed yet.
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Default)]
struct File {
    /// What is surely there; `None` for a file that was never synced, whose name may be gone too.
    durable: Option<Vec<u8>>,
    changes: Vec<Change>,
    /// Removed without a sync of its folder: it may be there again.
    removed: bool,
}

/// Every file of one folder.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

/// The files after a power cut, by the last part of their names.
pub type Left = BTreeMap<String, Vec<u8>>;

impl Disk {
    /// A file that was opened, and made if it was not there.
    pub fn opened(&mut self, name: &str) {
        let file = self.files.entry(name.to_owned()).or_default();
        if file.removed {
            *file = File::default();
        }
    }

    /// Bytes that were given to the operating system.
    pub fn written(&mut self, name: &str, at: usize, bytes: &[u8]) {
        self.change(
            name,
            Change::Write {
                at,
                bytes: bytes.to_vec(),
            },
        );
    }

    /// A file cut to a length.
    pub fn truncated(&mut self, name: &str, length: usize) {
        self.change(name, Change::Truncate { length });
    }

    fn change(&mut self, name: &str, change: Change) {
        self.files
            .entry(name.to_owned())
            .or_default()
            .changes
            .push(change);
    }

    /// Everything of a file is on the disk from now on.
    pub fn synced(&mut self, name: &str) {
        let file = self.files.entry(name.to_owned()).or_default();
        let mut image = file.durable.take().unwrap_or_default();
        for change in file.changes.drain(..) {
            change.apply(&mut image);
        }
        let is_new = file.durable.replace(image).is_none();
        // With the first sync of a new log, SQLite syncs the folder too: what was removed from it stays removed.
        if is_new && (name.ends_with("-wal") || name.ends_with("-journal")) {
            self.files.retain(|_, file| !file.removed);
        }
    }

    /// A file that was removed; for good if its folder was synced.
    pub fn removed(&mut self, name: &str, folder_synced: bool) {
        if folder_synced {
            self.files.remove(name);
        } else if let Some(file) = self.files.get_mut(name) {
            file.removed = true;
        }
    }

    /// What a power cut at this moment may leave: one of all the possibilities.
    pub fn cut(&self, random: &mut ChaCha8Rng) -> Left {
        // Sometimes nearly everything came through, sometimes nearly nothing did.
        let kept = *[0.0, 0.3, 0.7, 1.0].choose(random).unwrap();
        let torn = *[0.0, 0.3].choose(random).unwrap();
        let mut left = Left::new();
        for (name, file) in &self.files {
            let name_lost = (file.durable.is_none() || file.removed) && random.random_bool(0.5);
            if name_lost {
                continue;
            }
            let mut image = file.durable.clone().unwrap_or_default();
            for change in &file.changes {
                if random.random_bool(kept) {
                    change.apply(&mut image);
                } else if random.random_bool(torn) {
                    change.tear(&mut image, random);
                }
            }
            left.insert(name.clone(), image);
        }
        left
    }
}

impl Change {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Change::Write { at, bytes } => put(image, *at, bytes),
            Change::Truncate { length } => image.truncate(*length),
        }
    }

    /// Some of its sectors, and not the others.
    fn tear(&self, image: &mut Vec<u8>, random: &mut ChaCha8Rng) {
        if let Change::Write { at, bytes } = self {
            for (index, sector) in bytes.chunks(SECTOR).enumerate() {
                if random.random_bool(0.5) {
                    put(image, at + index * SECTOR, sector);
                }
            }
        }
    }
}

/// Writes as a file system does: what lies between the end and a later place is zero.
fn put(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if image.len() < at + bytes.len() {
        image.resize(at + bytes.len(), 0);
    }
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Puts files into a folder.
pub fn restore(left: &Left, folder: &Path) {
    for (name, bytes) in left {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
