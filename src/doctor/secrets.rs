//! Files with secrets that others on this machine may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ingest::finding::{Finding, Owner};

/// Permission bit: everybody may read.
const OTHERS_READ: u32 = 0o004;

/// What stands against a file that holds a secret, if anything does. Whether it can be read at all
/// is asked by whoever reads it.
pub(super) fn against(what: &str, path: &Path) -> Option<Finding> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    if mode & OTHERS_READ == 0 {
        return None;
    }
    let object = format!("{what} {}", path.display());
    let found =
        format!("holds a secret and everybody may read it: mode {mode:o}, 640 or less wanted");
    let next = "chown it to the user who runs the twin, and chmod 640";
    Some(Finding::warning(object, found, Owner::Twin, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_everybody_may_read_is_told_with_its_mode() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mode = |mode| {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            against("[broker] password_file", file.path())
        };
        assert_eq!(mode(0o640), None);
        let open = mode(0o644).unwrap();
        assert!(
            open.found.contains("mode 644, 640 or less"),
            "{}",
            open.found
        );
        assert!(open.object.starts_with("[broker] password_file /"));
        let missing = Path::new("/nowhere/password");
        assert_eq!(against("[broker] password_file", missing), None);
    }
}
