//! How the files of an import are read: through a mapping, or by a format that says all itself.

use std::path::PathBuf;

use ingest::built_in_mapping;
use ingest::epcis_import::EpcisImporter;
use ingest::epcis_names::EpcisNames;
use ingest::file_import::Importer;
use ingest::import_source::ImportSource;
use ingest::mapping::Mapping;
use twin_model::PlantId;
use twin_model::wire::epcis::Naming;

use crate::cli::SourceArguments;
use crate::exit::{Failure, Kind, OrFail};

/// What says how the files are read.
pub(crate) enum ImportFormat {
    Mapping(Box<Mapping>),
    Epcis(Naming),
}

impl ImportFormat {
    /// What the command line says.
    pub(crate) fn of(arguments: &SourceArguments) -> Result<ImportFormat, Failure> {
        match (&arguments.mapping, &arguments.plant) {
            (Some(mapping), plant) => {
                let mapping = built_in_mapping::named(mapping).or_fail(Kind::Config)?;
                Ok(ImportFormat::Mapping(Box::new(match plant {
                    Some(plant) => mapping.for_plant(plant.clone()),
                    None => mapping,
                })))
            }
            (None, Some(plant)) => {
                let names = EpcisNames::read(arguments.names.as_deref(), plant.clone());
                Ok(ImportFormat::Epcis(names.or_fail(Kind::Config)?.naming))
            }
            (None, None) => {
                let text = "give --mapping, or --format with --plant";
                Err(Failure::new(Kind::Config, text))
            }
        }
    }

    /// The plant that the events are for.
    pub(crate) fn plant(&self) -> &PlantId {
        match self {
            ImportFormat::Mapping(mapping) => mapping.plant(),
            ImportFormat::Epcis(naming) => naming.plant(),
        }
    }

    /// Opens the files.
    pub(crate) fn open(&self, files: &[PathBuf]) -> Result<ImportSource<'_>, Failure> {
        match self {
            ImportFormat::Mapping(mapping) => {
                let importer = Importer::open_all(files, mapping).or_fail(Kind::Config)?;
                Ok(importer.into())
            }
            ImportFormat::Epcis(naming) => Ok(EpcisImporter::new(files, naming.clone()).into()),
        }
    }
}
