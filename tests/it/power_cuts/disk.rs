//! A disk as a power cut leaves it: what was synchronised is there, and any part of what was not.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// One thing a program did to its files, or said.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Create(String),
    Write {
        path: String,
        offset: usize,
        content: Vec<u8>,
    },
    Resize {
        path: String,
        length: usize,
    },
    Synchronise(String),
    Rename {
        from: String,
        to: String,
    },
    Remove(String),
    MakeFolder(String),
    Say(String),
}

/// Reads what the shim recorded.
pub(crate) fn acts(record: &Path) -> Vec<Act> {
    let bytes = fs::read(record).unwrap();
    let mut rest = bytes.as_slice();
    let mut acts = Vec::new();
    while let [kind, after @ ..] = rest {
        let number = |at: usize, length: usize| {
            let mut number = [0; 8];
            number[..length].copy_from_slice(&after[at..at + length]);
            usize::try_from(u64::from_le_bytes(number)).unwrap()
        };
        let (path_length, offset, length) = (number(0, 4), number(4, 8), number(12, 4));
        let (path, after) = after[16..].split_at(path_length);
        let (content, after) = after.split_at(length);
        rest = after;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let path = text(path);
        acts.push(match kind {
            b'C' => Act::Create(path),
            b'W' => Act::Write {
                path,
                offset,
                content: content.to_vec(),
            },
            b'T' => Act::Resize { path, length: offset },
            b'S' => Act::Synchronise(path),
            b'R' => Act::Rename {
                from: path,
                to: text(content),
            },
            b'U' => Act::Remove(path),
            b'M' => Act::MakeFolder(path),
            b'A' => Act::Say(text(content)),
            other => unreachable!("a record of an unknown kind: {other}"),
        });
    }
    acts
}

/// How much of what was not synchronised reaches the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Remains {
    /// All of it: the program alone was killed.
    Everything,
    /// None of it.
    Nothing,
    /// Each write whole or not at all, in any order: that many out of a hundred.
    Writes(u8),
    /// The same for each piece of that many bytes of each write.
    Pieces(usize, u8),
}

impl Remains {
    /// The ways in which one moment is replayed.
    pub(crate) const ALL: [Self; 8] = [
        Self::Everything,
        Self::Nothing,
        Self::Writes(50),
        Self::Writes(90),
        Self::Pieces(4096, 50),
        Self::Pieces(512, 50),
        Self::Pieces(512, 10),
        Self::Pieces(512, 95),
    ];
}

#[derive(Debug, Clone, Default)]
struct Inode {
    synchronised: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, content: Vec<u8> },
    Resize(usize),
}

#[derive(Debug, Clone)]
enum Entry {
    File(usize),
    Folder,
}

#[derive(Debug, Clone)]
enum NameChange {
    Set(String, Entry),
    Remove(String),
}

/// The files of one recording, as far as it was replayed.
///
/// Names are synchronised with their folder and change there in their order, as on ext4 and xfs; a file system that
/// forgets a new folder whose parent was never synchronised is within its rights.
#[derive(Default)]
pub(crate) struct Disk {
    inodes: Vec<Inode>,
    /// What programs see.
    names: BTreeMap<String, Entry>,
    synchronised_names: BTreeMap<String, Entry>,
    /// Per folder, in order.
    pending_names: BTreeMap<String, Vec<NameChange>>,
}

fn folder_of(path: &str) -> String {
    Path::new(path).parent().unwrap().display().to_string()
}

impl Disk {
    /// Does one act.
    pub(crate) fn take(&mut self, act: &Act) {
        match act {
            Act::Create(path) => {
                self.inodes.push(Inode::default());
                self.name(
                    path,
                    NameChange::Set(path.clone(), Entry::File(self.inodes.len() - 1)),
                );
            }
            Act::MakeFolder(path) => self.name(path, NameChange::Set(path.clone(), Entry::Folder)),
            Act::Remove(path) => self.name(path, NameChange::Remove(path.clone())),
            Act::Rename { from, to } => {
                let moved = self.names[from].clone();
                self.name(to, NameChange::Set(to.clone(), moved));
                self.name(from, NameChange::Remove(from.clone()));
            }
            Act::Write {
                path,
                offset,
                content,
            } => {
                let (offset, content) = (*offset, content.clone());
                self.inode(path).pending.push(Change::Write { offset, content });
            }
            Act::Resize { path, length } => self.inode(path).pending.push(Change::Resize(*length)),
            Act::Synchronise(path) => self.synchronise(path),
            Act::Say(_) => {}
        }
    }

    fn inode(&mut self, path: &str) -> &mut Inode {
        match self.names.get(path) {
            Some(Entry::File(inode)) => &mut self.inodes[*inode],
            other => unreachable!("{path} is written and is {other:?}"),
        }
    }

    fn name(&mut self, path: &str, change: NameChange) {
        change.apply(&mut self.names);
        self.pending_names
            .entry(folder_of(path))
            .or_default()
            .push(change);
    }

    fn synchronise(&mut self, path: &str) {
        // A name that the program has removed since is of no use to anybody.
        if let Some(Entry::File(inode)) = self.names.get(path) {
            let inode = &mut self.inodes[*inode];
            for change in std::mem::take(&mut inode.pending) {
                change.apply(&mut inode.synchronised, |_| true, usize::MAX);
            }
        }
        for change in self.pending_names.remove(path).unwrap_or_default() {
            change.apply(&mut self.synchronised_names);
        }
    }

    /// Writes what a power cut at this moment may leave, below `place` instead of below `root`.
    pub(crate) fn cut(&self, remains: Remains, luck: &mut fastrand::Rng, root: &str, place: &Path) {
        let mut names = self.synchronised_names.clone();
        for changes in self.pending_names.values() {
            let kept = match remains {
                Remains::Everything => changes.len(),
                Remains::Nothing => 0,
                Remains::Writes(_) | Remains::Pieces(..) => luck.usize(0..=changes.len()),
            };
            for change in &changes[..kept] {
                change.apply(&mut names);
            }
        }
        fs::create_dir_all(place).unwrap();
        for (path, entry) in &names {
            let is_reachable = |folder: &Path| {
                folder == Path::new(root)
                    || matches!(names.get(&folder.display().to_string()), Some(Entry::Folder))
            };
            let inside = Path::new(path).strip_prefix(root).unwrap();
            let mut folders = Path::new(path)
                .ancestors()
                .skip(1)
                .take(inside.components().count());
            if !folders.all(is_reachable) {
                continue;
            }
            let target: PathBuf = place.join(inside);
            match entry {
                Entry::Folder => fs::create_dir_all(target).unwrap(),
                Entry::File(inode) => {
                    fs::create_dir_all(target.parent().unwrap()).unwrap();
                    // With the rights it was made with: a key that others may read is refused.
                    let mut file = fs::OpenOptions::new();
                    let file = file.create_new(true).write(true).mode(0o600).open(target);
                    file.unwrap()
                        .write_all(&self.inodes[*inode].after(remains, luck))
                        .unwrap();
                }
            }
        }
    }
}

impl Inode {
    fn after(&self, remains: Remains, luck: &mut fastrand::Rng) -> Vec<u8> {
        let mut content = self.synchronised.clone();
        let (piece, chance) = match remains {
            Remains::Everything => (usize::MAX, 100),
            Remains::Nothing => (usize::MAX, 0),
            Remains::Writes(chance) => (usize::MAX, chance),
            Remains::Pieces(piece, chance) => (piece, chance),
        };
        for change in &self.pending {
            change
                .clone()
                .apply(&mut content, |_| luck.u8(0..100) < chance, piece);
        }
        content
    }
}

impl Change {
    /// Does it, piece by piece; `keeps` is asked about each.
    fn apply(self, content: &mut Vec<u8>, mut keeps: impl FnMut(usize) -> bool, piece: usize) {
        match self {
            Self::Resize(length) => {
                if keeps(0) {
                    content.resize(length, 0);
                }
            }
            Self::Write {
                offset,
                content: written,
            } => {
                let mut start = 0;
                while start < written.len() {
                    // Pieces lie where the disk's own sectors lie.
                    let to_boundary = piece - (offset + start) % piece;
                    let end = start.saturating_add(to_boundary).min(written.len());
                    if keeps(start) {
                        let (from, until) = (offset + start, offset + end);
                        if content.len() < until {
                            content.resize(until, 0);
                        }
                        content[from..until].copy_from_slice(&written[start..end]);
                    }
                    start = end;
                }
            }
        }
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, Entry>) {
        match self {
            Self::Set(path, entry) => names.insert(path.clone(), entry.clone()),
            Self::Remove(path) => names.remove(path),
        };
    }
}
