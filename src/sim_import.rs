//! `twin sim import`: published plants as plant models.

use std::fs;

use simulators::job_shop_file::JobShop;

use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::sim_cli::{ImportArguments, PublishedFormat};

pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let name = arguments.file.display().to_string();
    let text = fs::read_to_string(&arguments.file)
        .map_err(|error| Failure::new(Kind::Config, format!("{name} cannot be read: {error}")))?;
    let file = match arguments.format {
        PublishedFormat::Jsp => {
            let shop = JobShop::read(&name, &text).or_fail(Kind::Config)?;
            let stem = arguments.file.file_stem().unwrap_or_default();
            shop.plant_file(&stem.to_string_lossy())
        }
    };
    if arguments.json {
        say!("{}", serde_json::to_string(&file).or_fail(Kind::Finding)?);
    } else {
        say!("{}", toml::to_string(&file).or_fail(Kind::Finding)?);
    }
    Ok(())
}
