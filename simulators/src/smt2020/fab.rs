//! A whole data set.

use std::collections::BTreeMap;

use super::fault::{Smt2020Fault, What};
use super::table::fault;
use super::{
    Attachment, Downtime, InitialLot, Maintenance, Part, Release, Route, Scope, SetupChange,
    SetupGroup, Tool, Transport, calendar, check, lot, route, setup, tool,
};

const FILES: &str = "tool.txt.1l, part.txt with the route files that it names, order.txt, WIP.txt, \
                     setup.txt, setupgrp.txt, attach.txt, downcal.txt, pmcal.txt and fromto.txt";

/// Everything that a data set tells of a fab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fab {
    /// Families of tools.
    pub tools: Vec<Tool>,
    /// Ways between places.
    pub transports: Vec<Transport>,
    /// Products.
    pub parts: Vec<Part>,
    /// One route for each product, in the order of the products.
    pub routes: Vec<Route>,
    /// Times of changes of setup.
    pub setups: Vec<SetupChange>,
    /// Least runs between changes of setup.
    pub setup_groups: Vec<SetupGroup>,
    /// Breakdowns.
    pub downtimes: Vec<Downtime>,
    /// Maintenance.
    pub maintenance: Vec<Maintenance>,
    /// Which breakdowns and maintenance hold for which tools.
    pub attachments: Vec<Attachment>,
    /// What is released.
    pub releases: Vec<Release>,
    /// What is there at the beginning.
    pub initial: Vec<InitialLot>,
}

impl Fab {
    /// Reads a data set from the texts of its files by name, without folder. Files that a data set
    /// does not have are left out.
    ///
    /// # Errors
    /// When a file is missing, or something in it is not understood or names what is not there.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, Smt2020Fault> {
        let text = |name: &str| {
            let missing = || fault(name, 0, "", What::Missing { needed: FILES });
            files.get(name).map(String::as_str).ok_or_else(missing)
        };
        let parts = lot::read_parts(text(lot::PART_FILE)?)?;
        let routes = parts
            .iter()
            .map(|part| route::read(&part.route_file, text(&part.route_file)?, &part.route))
            .collect::<Result<_, _>>()?;
        let fab = Self {
            tools: tool::read(text(tool::FILE)?)?,
            transports: tool::read_transport(text(tool::TRANSPORT_FILE)?)?,
            parts,
            routes,
            setups: setup::read(text(setup::FILE)?)?,
            setup_groups: setup::read_groups(text(setup::GROUP_FILE)?)?,
            downtimes: calendar::read_downtimes(text(calendar::DOWNTIME_FILE)?)?,
            maintenance: calendar::read_maintenance(text(calendar::MAINTENANCE_FILE)?)?,
            attachments: calendar::read_attachments(text(calendar::ATTACHMENT_FILE)?)?,
            releases: lot::read_releases(text(lot::RELEASE_FILE)?)?,
            initial: lot::read_initial(text(lot::INITIAL_FILE)?)?,
        };
        check::names(&fab, &|name| text(name).unwrap_or(""))?;
        Ok(fab)
    }

    /// The family of tools with that name.
    pub fn tool(&self, family: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.family == family)
    }

    /// The families of tools that something is attached to.
    pub fn tools_of(&self, scope: &Scope) -> impl Iterator<Item = &Tool> {
        self.tools.iter().filter(move |tool| match scope {
            Scope::Family(name) => tool.family == *name,
            Scope::Group(name) => tool.group == *name,
        })
    }

    /// The route of a product.
    pub fn route_of(&self, part: &str) -> Option<&Route> {
        let at = self.parts.iter().position(|one| one.name == part)?;
        self.routes.get(at)
    }
}
