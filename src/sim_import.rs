//! `twin sim import`: published plants as plant models.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use simulators::job_shop_file::JobShop;
use simulators::plant_file::PlantFile;
use simulators::smt2020::{FILE_BYTES_MAX, Fab};

use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::sim_cli::{ImportArguments, PublishedFormat};

pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let file = match arguments.format {
        PublishedFormat::Jsp => job_shop(&arguments.file)?,
        PublishedFormat::Smt2020 => fab(&arguments.file)?,
    };
    if arguments.json {
        say!("{}", serde_json::to_string(&file).or_fail(Kind::Finding)?);
    } else {
        say!("{}", toml::to_string(&file).or_fail(Kind::Finding)?);
    }
    Ok(())
}

fn job_shop(path: &Path) -> Result<PlantFile, Failure> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let shop = JobShop::read(&path.display().to_string(), &text).or_fail(Kind::Config)?;
    Ok(shop.plant_file(&name_of(path)))
}

fn fab(folder: &Path) -> Result<PlantFile, Failure> {
    let unreadable_folder = |error: io::Error| unreadable(folder, &error);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable_folder)? {
        let entry = entry.map_err(unreadable_folder)?;
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        let length = entry.metadata().map_err(unreadable_folder)?.len();
        if !path.is_file() || length > FILE_BYTES_MAX as u64 {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        files.insert(name, text);
    }
    let fab = Fab::read(&files).or_fail(Kind::Config)?;
    Ok(fab.plant_file(&name_of(folder)))
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let text = format!("{} cannot be read: {error}", path.display());
    Failure::new(Kind::Config, text)
}
