//! The journal: records that are durable and not yet among the entries.
//!
//! A record becomes durable by one write at the end of a file and one wait for the disk, which is a fraction of what a
//! commit of the database takes. Two files take turns: while one grows, the records of the other become entries, and then
//! it is written again from its beginning. Overwriting what exists is what makes waiting for the disk cheap, so a file
//! grows by whole megabytes of zeros and keeps its size.
//!
//! A record is the length of its content, a checksum, its number, and a [`Record`]. Numbers rise by one from
//! record to record and are never used again, so what an earlier turn left behind the last record is not taken for one:
//! its numbers are too low.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::time::{Duration, Instant};

use domain::NodeId;
use store::SqliteDb;

use crate::append::Prepared;
use crate::record::Record;

/// By how much a file grows, in bytes.
const GROW: u64 = 1 << 20;

/// From this size on the other file's turn comes, in bytes.
const TURN: u64 = 8 << 20;

/// How much memory is kept for writing, in bytes.
const BUFFER: usize = 1 << 20;

/// How long opening waits for another log of the same node in this process to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A record and its number.
pub(crate) type Numbered = (u64, Record);

/// The journal of a node.
#[derive(Debug)]
pub(crate) struct Journal {
    files: [JournalFile; 2],
    /// Which of them grows.
    active: usize,
    /// Number of the last record.
    last: u64,
    /// What is written next.
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct JournalFile {
    file: File,
    /// Where the next record goes.
    end: u64,
    /// How long the file is.
    size: u64,
    /// Number of its last record; 0 where it has none that count.
    last: u64,
}

impl Journal {
    /// Opens the journal of a node, alone, and reads what it holds, in order.
    ///
    /// # Errors
    /// When a file cannot be opened or read, or another log of this node does not let go of it.
    pub(crate) async fn open(db: &SqliteDb, node: NodeId) -> io::Result<(Self, Vec<Numbered>)> {
        let open = |place: usize| db.beside(&format!("-audit-{node}.{place}"));
        let files = [open(0)?, open(1)?];
        lock(&files[0]).await?;
        keep_names(db)?;
        let [(one, mut records), (two, more)] = files.map(JournalFile::read);
        let (one, two) = (one?, two?);
        records.extend(more);
        records.sort_by_key(|(number, _)| *number);
        let last = one.last.max(two.last);
        Ok((Self { files: [one, two], active: 0, last, buffer: Vec::new() }, records))
    }

    /// Forgets everything but how far it counted.
    pub(crate) fn emptied(mut self) -> io::Result<Self> {
        for file in &mut self.files {
            file.file.set_len(0)?;
            (file.end, file.size, file.last) = (0, 0, 0);
        }
        Ok(self)
    }

    /// Counts on from this number, if it has not reached it yet. Returns the number of the last record.
    pub(crate) fn reached(&mut self, number: u64) -> u64 {
        self.last = self.last.max(number);
        self.last
    }

    /// Number of the last record.
    pub(crate) const fn last(&self) -> u64 {
        self.last
    }

    /// Adds records. They survive the end of the process when this returns, and that of the machine where they are to be
    /// durable. After an error none of them counts.
    ///
    /// `settled` is the number up to which records are durable entries, so that their place can be used again.
    pub(crate) fn append(&mut self, batch: &[Prepared], durable: bool, settled: u64) -> io::Result<()> {
        let other = 1 - self.active;
        if self.files[self.active].end >= TURN && self.files[other].last <= settled {
            self.active = other;
            self.files[other].end = 0;
        }
        let mut number = self.last;
        for prepared in batch {
            number += 1;
            write(&mut self.buffer, number, prepared.record.bytes())?;
        }
        let file = &mut self.files[self.active];
        let written = file.write(&self.buffer, durable);
        self.buffer.clear();
        self.buffer.shrink_to(BUFFER);
        written?;
        (file.last, self.last) = (number, number);
        Ok(())
    }
}

impl JournalFile {
    /// Its records, as far as they are whole.
    fn read(mut file: File) -> (io::Result<Self>, Vec<Numbered>) {
        let mut bytes = Vec::new();
        if let Err(error) = file.read_to_end(&mut bytes) {
            return (Err(error), Vec::new());
        }
        let mut records = Vec::<Numbered>::new();
        let (mut left, size) = (bytes.as_slice(), bytes.len() as u64);
        while let Some((number, record, rest)) = parse(left)
            && records.last().is_none_or(|(last, _)| number == last + 1)
        {
            records.push((number, record));
            left = rest;
        }
        let last = records.last().map_or(0, |(last, _)| *last);
        (Ok(Self { file, end: size - left.len() as u64, size, last }), records)
    }

    fn write(&mut self, bytes: &[u8], durable: bool) -> io::Result<()> {
        let end = self.end + bytes.len() as u64;
        if end > self.size {
            let size = end.next_multiple_of(GROW);
            self.file.seek(SeekFrom::Start(self.size))?;
            io::copy(&mut io::repeat(0).take(size - self.size), &mut self.file)?;
            self.size = size;
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        if durable {
            self.file.sync_data()?;
        }
        self.end = end;
        Ok(())
    }
}

/// Writes a record behind what is in the buffer.
fn write(buffer: &mut Vec<u8>, number: u64, content: &[u8]) -> io::Result<()> {
    let start = buffer.len();
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&number.to_le_bytes());
    buffer.extend_from_slice(content);
    let checksum = crc32fast::hash(&buffer[start + 8..]);
    buffer[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

/// The record at the beginning of these bytes, and what comes after it.
fn parse(bytes: &[u8]) -> Option<(u64, Record, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let length = 8 + usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (summed, rest) = rest.split_at_checked(length)?;
    if crc32fast::hash(summed) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (number, content) = summed.split_first_chunk::<8>()?;
    Some((u64::from_le_bytes(*number), Record::parse(content)?, rest))
}

/// Makes sure that files which were just made are still there after a loss of power.
#[cfg(unix)]
fn keep_names(db: &SqliteDb) -> io::Result<()> {
    let directory = db.path().parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or_else(|| std::path::Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn keep_names(_: &SqliteDb) -> io::Result<()> {
    Ok(())
}

/// A log that was dropped without a shutdown is still at its work for a moment.
async fn lock(file: &File) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
