//! Where the files of each plant lie within the data directory.

use std::fs;
use std::path::{Path, PathBuf};

use actors::Identity;
use twin_model::PlantId;

use crate::exit::{Failure, Kind};

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

/// The plants of a data directory, with their own directories, in the order of their names.
pub(crate) fn plants(data_dir: &Path) -> Result<Vec<(PathBuf, Identity)>, Failure> {
    let dir = data_dir.join("plants");
    let unreadable = |error: std::io::Error| {
        let text = format!(
            "{}: {error}; is it the data directory of a twin?",
            dir.display()
        );
        Failure::new(Kind::Config, text)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(&dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if let Some(identity) = Identity::read(&path)? {
            found.push((path, identity));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

/// The one plant that is meant: the named one, or the only one there is.
pub(crate) fn one_plant(
    data_dir: &Path,
    plant: Option<&PlantId>,
) -> Result<(PathBuf, Identity), Failure> {
    let found = plants(data_dir)?;
    let wanted = |identity: &Identity| plant.is_none_or(|plant| identity.plant == *plant);
    let mut matching = found.iter().filter(|(_, identity)| wanted(identity));
    let (Some((dir, identity)), None) = (matching.next(), matching.next()) else {
        let names: Vec<String> = found.iter().map(|(_, i)| i.plant.to_string()).collect();
        let (dir, names) = (data_dir.display(), names.join(", "));
        let text = match plant {
            Some(plant) => format!("{dir} holds no plant {plant}, only [{names}]"),
            None => format!("{dir} holds the plants [{names}]; name one of them with --plant"),
        };
        return Err(Failure::new(Kind::Config, text));
    };
    Ok((dir.clone(), identity.clone()))
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
