//! What an import reads from: rows through a mapping, or EPCIS documents.

use twin_model::PlantId;

use crate::epcis_import::EpcisImporter;
use crate::file_import::{ImportError, Importer, MappedEvent};
use crate::import_report::FileReport;

/// Files being read, whatever their kind.
pub enum ImportSource<'a> {
    /// Rows, records or a stream, through a mapping.
    Mapped(Box<Importer<'a>>),
    /// EPCIS documents.
    Epcis(Box<EpcisImporter>),
}

impl<'a> From<Importer<'a>> for ImportSource<'a> {
    fn from(importer: Importer<'a>) -> ImportSource<'a> {
        ImportSource::Mapped(Box::new(importer))
    }
}

impl From<EpcisImporter> for ImportSource<'_> {
    fn from(importer: EpcisImporter) -> ImportSource<'static> {
        ImportSource::Epcis(Box::new(importer))
    }
}

impl ImportSource<'_> {
    /// The plant that the events are for.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        match self {
            ImportSource::Mapped(importer) => importer.plant(),
            ImportSource::Epcis(importer) => importer.plant(),
        }
    }

    /// Rows or events in the files, as far as it is known.
    #[must_use]
    pub fn rows_total(&self) -> u64 {
        match self {
            ImportSource::Mapped(importer) => importer.rows_total(),
            ImportSource::Epcis(importer) => importer.report().rows_read,
        }
    }

    /// What was read so far.
    #[must_use]
    pub fn report(&self) -> &FileReport {
        match self {
            ImportSource::Mapped(importer) => importer.report(),
            ImportSource::Epcis(importer) => importer.report(),
        }
    }

    /// The next event; `None` after the last.
    ///
    /// # Errors
    /// [`ImportError`] when a file cannot be read.
    pub fn next_event(&mut self) -> Result<Option<MappedEvent>, ImportError> {
        match self {
            ImportSource::Mapped(importer) => importer.next_event(),
            ImportSource::Epcis(importer) => importer.next_event(),
        }
    }
}
