//! The least that serde_json can do with a progress report: every field found, texts borrowed,
//! nothing checked and nothing converted.

use serde::Deserialize;

/// The envelope.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct BorrowedEvent<'a> {
    /// CloudEvents version.
    pub specversion: &'a str,
    /// Event id.
    pub id: &'a str,
    /// Who says so.
    pub source: &'a str,
    /// Event type.
    #[serde(rename = "type")]
    pub type_name: &'a str,
    /// When.
    pub time: &'a str,
    /// Which plant.
    pub plant: &'a str,
    /// What happened.
    pub data: BorrowedReport<'a>,
}

/// The body.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct BorrowedReport<'a> {
    /// Order number.
    pub order: &'a str,
    /// Operation number.
    pub op: &'a str,
    /// Where.
    pub work_center: &'a str,
    /// Unit code.
    pub unit: &'a str,
    /// Good pieces.
    pub good: &'a str,
    /// Scrapped pieces.
    pub scrap: &'a str,
    /// Pieces to be reworked.
    pub rework: &'a str,
    /// Pieces before the material review board.
    pub mrb: &'a str,
    /// Start of the work.
    pub start: &'a str,
    /// End of the work.
    pub end: &'a str,
    /// Who reports.
    pub worker: &'a str,
}
