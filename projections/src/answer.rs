//! What every list and every single item is wrapped in, and how both are answered.

use actix_web::http::header::{ETAG, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use twin_model::EntityKind;
use utoipa::{IntoParams, ToSchema};

use crate::fields::Fields;
use crate::filter::Filter;
use crate::past::When;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::page_items;
use crate::sort::Sort;
use crate::standing::Standing;
use crate::view::ItemView;

/// Header of an answer without a body that tells how current the picture is.
pub(crate) const CURSOR_HEADER: &str = "twin-cursor";

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListAnswer<T> {
    /// How current the list is.
    #[serde(flatten)]
    pub standing: Standing,
    /// The items, ascending by id unless `sort` says else. A page may be shorter than asked for and still have a next.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemAnswer<T> {
    /// How current the item is.
    #[serde(flatten)]
    pub standing: Standing,
    /// The item.
    pub item: T,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Items of the page, 1 to 500; 100 when absent.
    pub(crate) limit: Option<usize>,
    /// The `next` of the page before, with the same `sort`.
    pub(crate) cursor: Option<String>,
    /// Only what has all these words, parted by blanks, somewhere in its id or names; in capital
    /// or small letters. At most 8.
    #[param(example = "steel")]
    pub(crate) q: Option<String>,
    /// Only these fields of each item, by their paths.
    #[param(example = "id,version")]
    pub(crate) fields: Option<String>,
}

/// What a list is to show.
pub(crate) struct Listing {
    pub(crate) kind: EntityKind,
    pub(crate) when: When,
    pub(crate) limit: Option<usize>,
    pub(crate) cursor: Option<String>,
    pub(crate) filter: Filter,
    pub(crate) sort: Sort,
    pub(crate) fields: Option<Fields>,
}

/// There is no picture yet.
pub(crate) fn no_picture(plant: &str) -> Problem {
    Problem::not_ready(format!("Plant {plant} is being read."))
}

/// A page of the entities of one kind.
pub(crate) async fn list(
    projections: &Projections,
    plant: &str,
    listing: Listing,
) -> Result<HttpResponse, Problem> {
    let (kind, sort, filter) = (listing.kind, listing.sort, &listing.filter);
    let limit = page_items(listing.limit)?;
    let after = listing.cursor.as_deref();
    let after = after.map(|cursor| sort.place(cursor)).transpose()?;
    let picture = projections.picture(plant)?;
    let (standing, now, picked, next) = picture
        .look(&listing.when, |model| {
            let entities = &model.entities;
            let page = entities.page(
                kind,
                filter.within(kind, entities),
                (sort, after.as_ref()),
                limit,
                |entity| filter.takes(entity, entities),
            );
            let with_related = page.items.into_iter().map(|entity| {
                let related = entities.related(&entity);
                (entity, related)
            });
            let picked: Vec<_> = with_related.collect();
            (model.standing(), model.now(), picked, page.next)
        })
        .await?;
    let items: Vec<ItemView> = picked
        .iter()
        .map(|(entity, related)| ItemView::new(entity, related, now))
        .collect();
    let next = next.map(Into::into);
    Ok(match &listing.fields {
        None => HttpResponse::Ok().json(ListAnswer {
            standing,
            items,
            next,
        }),
        Some(fields) => HttpResponse::Ok().json(ListAnswer {
            standing,
            items: items.iter().map(|item| fields.pick(json!(item))).collect(),
            next,
        }),
    })
}

/// One entity, or 304 when the asker has it as it is.
pub(crate) async fn item(
    projections: &Projections,
    request: &HttpRequest,
    (plant, kind, id): (&str, EntityKind, &str),
    (when, fields): (When, Option<Fields>),
) -> Result<HttpResponse, Problem> {
    let picture = projections.picture(plant)?;
    let (standing, now, found) = picture
        .look(&when, |model| {
            let found = model.entities.get(kind, id).map(|entity| {
                let related = model.entities.related(entity);
                (entity.clone(), related)
            });
            (model.standing(), model.now(), found)
        })
        .await?;
    let (entity, related) = found.ok_or_else(|| Problem::no_item(kind, id))?;
    let item = ItemView::new(&entity, &related, now);
    // Weak: the item is the same, while what the answer says of its age is not.
    let tag = EntityTag::new_weak(format!("{}-{}", standing.cursor.epoch, item.tag()));
    if is_known(request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag.to_string()))
            .insert_header((CURSOR_HEADER, standing.cursor.to_string()))
            .finish());
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, tag.to_string()));
    Ok(match fields {
        None => answer.json(ItemAnswer { standing, item }),
        Some(fields) => answer.json(ItemAnswer {
            standing,
            item: fields.pick(json!(item)),
        }),
    })
}

/// Whether the asker has what this tag names.
pub(crate) fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(IfNoneMatch::name()),
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
