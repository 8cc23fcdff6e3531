//! Which running twin a command asks, of which plant, and how the answer is printed.

use clap::Args;
use twin_model::PlantId;

use crate::exit::Failure;
use crate::twin_client::TwinClient;

#[derive(Debug, Args)]
pub(crate) struct AskedTwin {
    /// The running twin.
    #[arg(
        long,
        alias = "url",
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) twin: String,
    /// Which plant; the first one when absent.
    #[arg(long, global = true)]
    pub(crate) plant: Option<PlantId>,
    /// Prints the answer as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl AskedTwin {
    pub(crate) fn client(&self) -> TwinClient {
        TwinClient::new(&self.twin)
    }

    /// The plant that is meant.
    pub(crate) fn plant(&self, twin: &TwinClient) -> Result<String, Failure> {
        match &self.plant {
            Some(plant) => Ok(plant.to_string()),
            None => twin.first_plant(),
        }
    }
}
