//! Lists of entities with their items: one way for every kind.
//!
//! What makes a kind its own (where it stands, by what it can be narrowed, how one item looks)
//! is data; how a list and an item are asked for, answered and described is here, once.

use std::borrow::Cow;

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use twin_model::{EntityKind, ProcessKind};
use utoipa::IntoParams;

use super::shape_of;
use crate::answer::{self, Listing};
use crate::fields::Fields;
use crate::filter::Filter;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::{known_word, only, parse_with_when};
use crate::search::Words;
use crate::sort::Sort;

/// Parameters of every list: the part that is wanted.
pub(super) const PART: [&str; 5] = ["limit", "cursor", "q", "sort", "fields"];

/// The entities of one kind, as routes show them.
pub(crate) struct Collection {
    pub(crate) kind: EntityKind,
    /// Its last step in paths, such as `work-orders`.
    pub(super) path: &'static str,
    /// Many of them, in words.
    pub(crate) many: &'static str,
    /// One of them, in words.
    pub(super) one: &'static str,
    /// The schema of an item.
    pub(super) view: fn() -> Cow<'static, str>,
    /// By what a list can be narrowed, and what that means.
    pub(super) narrowed_by: &'static [(Narrowing, &'static str)],
    /// An id, where ids have a slash, which then may stand in the path as it is.
    pub(super) slashed_id: Option<&'static str>,
}

/// A parameter that narrows a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Narrowing {
    /// By the state, in one of these words.
    State(&'static [&'static str]),
    /// By the kind of process.
    Kind,
    /// By a work center.
    WorkCenter,
    /// By an order.
    Order,
    /// By a lot.
    Lot,
    /// By a material.
    Material,
    /// By how bad it is, in one of these words.
    Severity(&'static [&'static str]),
    /// By whether it is on hold.
    Held,
    /// By whether it keeps something from going on.
    Blocking,
}

impl Narrowing {
    /// The parameter's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Narrowing::State(_) => "state",
            Narrowing::Kind => "kind",
            Narrowing::WorkCenter => "work_center",
            Narrowing::Order => "order",
            Narrowing::Lot => "lot",
            Narrowing::Material => "material",
            Narrowing::Severity(_) => "severity",
            Narrowing::Held => "held",
            Narrowing::Blocking => "blocking",
        }
    }
}

/// All that lists can be asked; each takes only its own part of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<usize>,
    cursor: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    fields: Option<String>,
    state: Option<String>,
    kind: Option<ProcessKind>,
    work_center: Option<String>,
    order: Option<String>,
    lot: Option<String>,
    material: Option<String>,
    severity: Option<String>,
    held: Option<bool>,
    blocking: Option<bool>,
}

/// Parameters of a single item.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ItemQuery {
    /// Only these fields of the item, by their paths.
    #[param(example = "id,version")]
    fields: Option<String>,
}

impl Collection {
    /// The path of the list; that of an item has its id behind it.
    pub(crate) fn list_path(&self) -> String {
        format!("/api/v1/plants/{{plant}}/{}", self.path)
    }

    /// The path of an item, as a router takes it.
    pub(crate) fn item_pattern(&self) -> String {
        let list = self.list_path();
        match self.slashed_id {
            None => format!("{list}/{{id}}"),
            Some(_) => format!("{list}/{{id:.+}}"),
        }
    }

    /// The parameters that narrow a list.
    pub(crate) fn narrowed_by(&self) -> impl Iterator<Item = &'static str> {
        self.narrowed_by.iter().map(|(by, _)| by.name())
    }

    /// The words for the states of its entities; none when the list is not narrowed by state.
    pub(super) fn state_words(&self) -> &'static [&'static str] {
        let words = self.narrowed_by.iter().find_map(|(by, _)| match by {
            Narrowing::State(words) => Some(*words),
            _ => None,
        });
        words.unwrap_or_default()
    }

    /// Adds the routes of the list and of an item.
    pub(super) fn configure(&'static self, config: &mut ServiceConfig) {
        let (list, item) = (self.list_path(), self.item_pattern());
        config
            .route(
                &list,
                web::get().to(
                    move |projections: Data<Projections>,
                          plant: Path<String>,
                          request: HttpRequest| async move {
                        self.list(&projections, &plant, &request).await
                    },
                ),
            )
            .route(
                &item,
                web::get().to(
                    move |projections: Data<Projections>,
                          path: Path<(String, String)>,
                          request: HttpRequest| async move {
                        self.item(&projections, &path.0, &path.1, &request).await
                    },
                ),
            );
    }

    async fn list(
        &self,
        projections: &Projections,
        plant: &str,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Problem> {
        let listing = self.asked(request.query_string())?;
        answer::list(projections, plant, listing).await
    }

    async fn item(
        &self,
        projections: &Projections,
        plant: &str,
        id: &str,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Problem> {
        let (when, asked): (When, ItemQuery) = parse_with_when(request.query_string())?;
        let fields = self.fields(asked.fields.as_deref())?;
        answer::item(projections, request, (plant, self.kind, id), (when, fields)).await
    }

    /// The fields that are wanted; `None` for all.
    fn fields(&self, said: Option<&str>) -> Result<Option<Fields>, Problem> {
        let read = |said| Fields::parse(said, &shape_of(&(self.view)()));
        said.map(read).transpose()
    }

    /// Which part of the list is wanted, and what it is narrowed to.
    pub(crate) fn asked(&self, query: &str) -> Result<Listing, Problem> {
        let names = PART
            .into_iter()
            .chain(When::NAMES)
            .chain(self.narrowed_by());
        only(&names.collect::<Vec<_>>(), query)?;
        let (when, asked): (When, ListQuery) = parse_with_when(query)?;
        let filter = Filter {
            state: self.word("state", asked.state)?,
            severity: self.word("severity", asked.severity)?,
            work_center: asked.work_center,
            order: asked.order,
            lot: asked.lot,
            material: asked.material,
            held: asked.held,
            blocking: asked.blocking,
            process_kind: asked.kind,
            words: asked.q.as_deref().map(Words::parse).transpose()?,
        };
        Ok(Listing {
            kind: self.kind,
            when,
            limit: asked.limit,
            cursor: asked.cursor,
            filter,
            sort: Sort::parse(asked.sort.as_deref(), self.kind)?,
            fields: self.fields(asked.fields.as_deref())?,
        })
    }

    /// The word that the parameter `name` says, which must be one of those that it may say.
    fn word(
        &self,
        name: &'static str,
        said: Option<String>,
    ) -> Result<Option<&'static str>, Problem> {
        let Some(said) = said else { return Ok(None) };
        let words = self.narrowed_by.iter().find_map(|(by, _)| match by {
            Narrowing::State(words) | Narrowing::Severity(words) if by.name() == name => {
                Some(*words)
            }
            _ => None,
        });
        known_word(name, &said, words.unwrap_or_default()).map(Some)
    }
}
