//! What kind of file system a directory lies on, and how much room it has.

use std::fs;
use std::io;
use std::path::Path;

/// The kernel's list of what is mounted where.
const MOUNTS: &str = "/proc/self/mountinfo";

/// Kinds on which a sync does not mean that the data outlive what they should, with why.
const NOT_DURABLE: [(&str, &str); 7] = [
    (
        "tmpfs",
        "lives in memory and is gone at the next start of the machine",
    ),
    (
        "ramfs",
        "lives in memory and is gone at the next start of the machine",
    ),
    ("overlay", "belongs to a container and goes with it"),
    ("aufs", "belongs to a container and goes with it"),
    ("nfs", "leaves locks and syncs to another machine"),
    ("nfs4", "leaves locks and syncs to another machine"),
    ("cifs", "leaves locks and syncs to another machine"),
];

/// Bytes that a user who is not root may still write at `dir`.
///
/// # Errors
/// What the system says.
pub(super) fn free_bytes(dir: &Path) -> io::Result<u64> {
    let room = rustix::fs::statvfs(dir)?;
    Ok(room.f_bavail.saturating_mul(room.f_frsize))
}

/// The kind of file system at `dir`, as the kernel calls it; unknown where there is no such list.
pub(super) fn kind_of(dir: &Path) -> Option<String> {
    let mounts = fs::read_to_string(MOUNTS).ok()?;
    kind_in(&mounts, &fs::canonicalize(dir).ok()?)
}

/// Why a sync on this kind of file system is worth less than it says; `None` when it is not.
pub(super) fn not_durable(kind: &str) -> Option<&'static str> {
    let known = NOT_DURABLE.iter().find(|(name, _)| *name == kind);
    known.map(|(_, why)| *why)
}

/// The kind of the mount that `dir` lies below: the deepest, and of two in one place the later.
/// The lines are `36 35 98:0 /root /mount/point rw,noatime - ext4 /dev/sda rw`, with any number of
/// words before the dash.
fn kind_in(mounts: &str, dir: &Path) -> Option<String> {
    let below = mounts.lines().filter_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let point = unescaped(mount.split(' ').nth(4)?);
        let kind = system.split(' ').next()?;
        let depth = Path::new(&point).components().count();
        dir.starts_with(&point).then_some((depth, kind))
    });
    below
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, kind)| kind.to_owned())
}

/// Spaces, tabs, line ends and backslashes stand in octal.
fn unescaped(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
30 22 0:26 / /run rw,nosuid - tmpfs tmpfs rw\n\
31 22 0:30 / /data\\040one rw - nfs4 host:/x rw\n\
32 31 0:31 / /data\\040one/disk rw shared:2 master:1 - xfs /dev/sdb rw\n\
33 22 0:32 / /run rw - overlay overlay rw\n";

    #[test]
    fn the_deepest_mount_counts_and_of_two_in_one_place_the_later() {
        let kind = |dir: &str| kind_in(LIST, Path::new(dir)).unwrap();
        assert_eq!(kind("/var/lib/twin"), "ext4");
        assert_eq!(kind("/data one/plants"), "nfs4");
        assert_eq!(kind("/data one/disk/plants"), "xfs");
        assert_eq!(kind("/data one/diskette"), "nfs4");
        assert_eq!(kind("/run/twin"), "overlay");
        assert_eq!(kind_in("", Path::new("/")), None);
    }

    #[test]
    fn a_disk_is_durable_and_memory_a_container_or_another_machine_is_not() {
        for kind in ["ext4", "xfs", "btrfs", "zfs"] {
            assert_eq!(not_durable(kind), None, "{kind}");
        }
        for kind in ["tmpfs", "overlay", "nfs", "nfs4"] {
            assert!(not_durable(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn there_is_room_where_this_test_runs() {
        assert!(free_bytes(Path::new(".")).unwrap() > 0);
        assert!(kind_of(Path::new(".")).is_some());
    }
}
