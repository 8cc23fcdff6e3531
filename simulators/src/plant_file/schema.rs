//! The JSON Schema of plant files, for editors and for those who write such files by program.

use super::PlantFile;

impl PlantFile {
    /// The JSON Schema (draft 2020-12) of `plant/1`: names, kinds and defaults of all keys. What
    /// the keys mean together is checked by [`PlantFile::floor`] only.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(PlantFile).into()
    }
}
