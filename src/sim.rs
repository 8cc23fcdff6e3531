//! `twin sim`: simulated plants as a load with a known truth.

use simulators::plant_file::PlantFile;

use crate::exit::Failure;
use crate::say::say;
use crate::sim_cli::{SimArguments, SimCommand};
use crate::{sim_check, sim_fit, sim_import, sim_load, sim_run};

pub(crate) async fn run(arguments: SimArguments) -> Result<(), Failure> {
    match arguments.command {
        SimCommand::Import(arguments) => sim_import::run(&arguments),
        SimCommand::Schema => {
            say!("{:#}", PlantFile::schema());
            Ok(())
        }
        SimCommand::Run(arguments) => sim_run::run(&arguments),
        SimCommand::Fit(arguments) => sim_fit::run(&arguments),
        SimCommand::Load(arguments) => sim_load::run(&arguments).await,
        SimCommand::Check(arguments) => sim_check::run(&arguments).await,
    }
}
