//! Who holds the lock on a plant's directory, by the kernel's own list. Asked without trying the
//! lock, which could make a twin that starts in this moment give up.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{major, minor};

/// The kernel's list of locks.
const LOCKS: &str = "/proc/locks";

/// Somebody who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LockHolder {
    /// Its process id; not positive when it lives in a container that is not seen from here.
    pub(super) pid: i64,
    /// How it was started, as far as this user may see.
    pub(super) command: Option<String>,
}

impl LockHolder {
    /// Who holds the lock on the file at `path`; nobody when there is no such file.
    ///
    /// # Errors
    /// What stands against looking.
    pub(super) fn of(path: &Path) -> std::io::Result<Option<LockHolder>> {
        let file = match fs::metadata(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let locks = fs::read_to_string(LOCKS)?;
        let place = (major(file.dev()), minor(file.dev()), file.ino());
        Ok(pid_in(&locks, place).map(|pid| LockHolder {
            pid,
            command: command_of(pid),
        }))
    }

    /// Whether it serves the plant, as far as can be told: `verify`, `import`, `export` and `report`
    /// lock it as well.
    pub(super) fn serves(&self) -> bool {
        let words = self.command.as_deref().map(|text| text.split(' ').skip(1));
        words.is_none_or(|mut words| {
            words
                .next()
                .is_some_and(|word| matches!(word, "serve" | "demo"))
        })
    }
}

impl std::fmt::Display for LockHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.command {
            Some(command) => write!(f, "process {} ({command})", self.pid),
            None if self.pid > 0 => write!(f, "process {}", self.pid),
            None => f.write_str("a process of another container"),
        }
    }
}

/// The process that holds a whole-file lock on the file of this device and number. The lines are
/// `1: FLOCK  ADVISORY  WRITE 2737 fe:00:7159897 0 EOF`, with `->` for those that only wait.
fn pid_in(locks: &str, place: (u32, u32, u64)) -> Option<i64> {
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (kind, _, _) = (words.next()?, words.next()?, words.next()?);
        let pid = words.next()?.parse().ok()?;
        (kind == "FLOCK" && place_of(words.next()?)? == place).then_some(pid)
    })
}

/// Device and number of a file, like `fe:00:7159897`: hexadecimal, hexadecimal, decimal.
fn place_of(text: &str) -> Option<(u32, u32, u64)> {
    let mut parts = text.split(':');
    let major = u32::from_str_radix(parts.next()?, 16).ok()?;
    let minor = u32::from_str_radix(parts.next()?, 16).ok()?;
    let number = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((major, minor, number))
}

/// The name of the program and its first word: more could show what is nobody's business.
fn command_of(pid: i64) -> Option<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let line = String::from_utf8_lossy(&line);
    let mut words = line.split('\0').filter(|word| !word.is_empty());
    let program = Path::new(words.next()?).file_name()?.to_string_lossy();
    Some(match words.next() {
        Some(word) => format!("{program} {word}"),
        None => program.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn the_holder_is_found_by_device_and_number_of_the_file() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 fe:00:7 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 12 fe:01:7 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 13 fe:00:7 0 EOF\n\
                     3: FLOCK  ADVISORY  WRITE 14 fe:00:7 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE -1 103:0a:8 0 EOF\n\
                     nonsense\n\n";
        assert_eq!(pid_in(locks, (0xfe, 0, 7)), Some(14));
        assert_eq!(pid_in(locks, (0xfe, 1, 7)), Some(12));
        assert_eq!(pid_in(locks, (0x103, 10, 8)), Some(-1));
        assert_eq!(pid_in(locks, (0xfe, 2, 7)), None);
    }

    #[test]
    fn a_lock_of_this_process_is_seen_while_it_is_held_and_not_after() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(LockHolder::of(file.path()).unwrap(), None);
        let held = File::open(file.path()).unwrap();
        held.try_lock().unwrap();
        let holder = LockHolder::of(file.path()).unwrap().unwrap();
        assert_eq!(holder.pid, i64::from(std::process::id()));
        drop(held);
        assert_eq!(LockHolder::of(file.path()).unwrap(), None);
        let nowhere = Path::new("/nowhere/open.lock");
        assert_eq!(LockHolder::of(nowhere).unwrap(), None);
    }

    #[test]
    fn only_who_serves_is_expected_to_consume() {
        let holder = |command: Option<&str>| LockHolder {
            pid: 7,
            command: command.map(str::to_owned),
        };
        assert!(holder(Some("twin serve")).serves());
        assert!(holder(None).serves(), "nobody can say otherwise");
        assert!(!holder(Some("twin verify")).serves());
        assert!(!holder(Some("twin")).serves());
    }
}
