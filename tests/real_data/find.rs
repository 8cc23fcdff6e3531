//! Where the data of others lies that tests are held to: files of the standards, samples, a real
//! log. It is not part of the repository.

use std::path::{Path, PathBuf};

/// A file or folder of the data; `None` where the environment says that it is not here.
///
/// # Panics
/// When it is missing and nobody said so: a test that looks at nothing must not pass.
pub(crate) fn real_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TWIN_DATA").map_or_else(beside_the_clone, PathBuf::from);
    let without = std::env::var_os("TWIN_WITHOUT_DATA").is_some_and(|set| set == "1");
    found(folder.join(name), without)
}

fn beside_the_clone() -> PathBuf {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let clone = above.find(|folder| folder.join("Cargo.lock").is_file());
    clone.map_or_else(PathBuf::new, |clone| clone.join("../shared/data"))
}

/// As [`real_data`], of a path.
pub(crate) fn found(path: PathBuf, without: bool) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let missing = path.display();
    assert!(
        without,
        "there is no {missing}. Set TWIN_DATA to the folder with the data, or TWIN_WITHOUT_DATA=1 \
         to leave out what needs it (docs/testing.md)"
    );
    eprintln!("DID NOT RUN: no {missing}, and TWIN_WITHOUT_DATA is set");
    None
}
