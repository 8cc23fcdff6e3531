//! `twin schemas`: the contracts of messages, without a running twin.

use serde_json::json;

use crate::cli::SchemasArguments;
use crate::contract_routes::{find, list};
use crate::exit::{Failure, Kind};
use crate::say::say;

pub(crate) fn run(arguments: &SchemasArguments) -> Result<(), Failure> {
    if let Some(type_name) = &arguments.type_name {
        let contract = find(type_name).map_err(|text| Failure::new(Kind::Finding, text))?;
        say!("{:#}", json!(contract.schema));
        return Ok(());
    }
    let list = list();
    if arguments.json {
        say!("{}", json!(list));
        return Ok(());
    }
    for item in list.items {
        let owners = json!(item.owner);
        let owners: Vec<&str> = owners.as_array().map_or(Vec::new(), |owners| {
            owners.iter().filter_map(|owner| owner.as_str()).collect()
        });
        let class = item.class.unwrap_or("-");
        say!(
            "{:<3} {class:<3} {:<48} {}",
            item.direction,
            item.type_name,
            owners.join(", ")
        );
    }
    Ok(())
}
