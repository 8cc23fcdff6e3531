//! Where the files of each plant lie within the data directory.

use std::path::{Path, PathBuf};

use twin_model::PlantId;

/// The directory of one plant. Whatever is not plain in its name is written as `%` and the byte.
pub(crate) fn of_plant(data_dir: &Path, plant: &PlantId) -> PathBuf {
    let mut name = String::new();
    for byte in plant.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    data_dir.join("plants").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_plant_name_leaves_its_directory_or_meets_another_plant() {
        let dir = |plant: &str| of_plant(Path::new("/d"), &plant.parse().unwrap());
        assert_eq!(dir("P1"), Path::new("/d/plants/P1"));
        assert_eq!(dir("../x"), Path::new("/d/plants/%2E%2E%2Fx"));
        assert_ne!(dir("a%2E"), dir("a."));
    }
}
