//! Mappings that come with the twin, by name.

use std::path::Path;

use crate::mapping::{Mapping, MappingError};

/// Names and texts of the mappings that come with the twin.
pub const BUILT_IN: [(&str, &str); 4] = [
    (
        "job-shop-log",
        include_str!("../mappings/job-shop-log.toml"),
    ),
    ("sap-s4", include_str!("../mappings/sap-s4.toml")),
    ("b2mml", include_str!("../mappings/b2mml.toml")),
    (
        "mtconnect-shdr",
        include_str!("../mappings/mtconnect-shdr.toml"),
    ),
];

/// The mapping of a name that comes with the twin, or of a file. A file that is named like one of
/// them is meant by its path: `./sap-s4`.
///
/// # Errors
/// [`MappingError`], naming file, line and key.
pub fn named(name: &Path) -> Result<Mapping, MappingError> {
    let built_in = BUILT_IN.iter().find(|(known, _)| name == Path::new(known));
    match built_in {
        Some((known, text)) => Mapping::parse(text, Path::new(known)),
        None => Mapping::read(name).map_err(|error| match error {
            MappingError::File { file, detail } => {
                let names = BUILT_IN.map(|(known, _)| known).join(", ");
                let detail = format!("{detail}; the mappings that come with the twin are {names}");
                MappingError::File { file, detail }
            }
            other => other,
        }),
    }
}
