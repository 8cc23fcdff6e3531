//! What a plant tells of itself for EPCIS: the GTINs of its materials, its time zone, and who says
//! what the documents of others say. Data that an integrator writes, in TOML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;
use twin_model::wire::epcis::{Gtin, GtinTaken, InvalidGtin, Naming};
use twin_model::{MaterialId, PlantId, SourceId};

/// Who says what documents of others say, where nothing else is given.
pub const SOURCE: &str = "/epcis";

/// A file of names that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// The file cannot be read.
    #[error("{}: {detail}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system says, or where the TOML is wrong.
        detail: String,
    },
    /// A number that is no GTIN.
    #[error("{}: gtin.{material}: {error}", file.display())]
    Gtin {
        /// Which file.
        file: PathBuf,
        /// Of which material.
        material: MaterialId,
        /// What is wrong.
        #[source]
        error: InvalidGtin,
    },
    /// Two materials with one GTIN.
    #[error(transparent)]
    Taken(#[from] GtinTaken),
}

/// Names and time zone of a plant, for documents.
#[derive(Debug, Clone)]
pub struct EpcisNames {
    /// The names.
    pub naming: Naming,
    /// Whose local time documents show; UTC where nothing is given.
    pub zone: TimeZone,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct NamesText {
    #[serde(default)]
    source: Option<SourceId>,
    #[serde(default)]
    time_zone: Option<String>,
    #[serde(default)]
    gtin: BTreeMap<MaterialId, String>,
}

impl EpcisNames {
    /// The names of a plant, from a file where one is given.
    ///
    /// # Errors
    /// [`NamesError`], naming file and key.
    pub fn read(file: Option<&Path>, plant: PlantId) -> Result<EpcisNames, NamesError> {
        let Some(file) = file else {
            return EpcisNames::of(NamesText::default(), plant, Path::new(""));
        };
        let wrong = |detail: String| NamesError::File {
            file: file.to_owned(),
            detail,
        };
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let text = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        EpcisNames::of(text, plant, file)
    }

    fn of(text: NamesText, plant: PlantId, file: &Path) -> Result<EpcisNames, NamesError> {
        let zone = match &text.time_zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|error| NamesError::File {
                file: file.to_owned(),
                detail: format!("time_zone: {error}"),
            })?,
        };
        let source = match text.source {
            Some(source) => source,
            None => match SOURCE.parse() {
                Ok(source) => source,
                Err(error) => unreachable!("{SOURCE} is a source: {error}"),
            },
        };
        let gtins = text
            .gtin
            .into_iter()
            .map(|(material, gtin)| match gtin.parse::<Gtin>() {
                Ok(gtin) => Ok((material, gtin)),
                Err(error) => Err(NamesError::Gtin {
                    file: file.to_owned(),
                    material,
                    error,
                }),
            });
        let gtins = gtins.collect::<Result<_, _>>()?;
        Ok(EpcisNames {
            naming: Naming::new(plant, source, gtins)?,
            zone,
        })
    }
}
