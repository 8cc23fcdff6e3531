//! The routes that answer from a copy. They take what those of the twin take, as far as the copy
//! can answer it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use actix_web::http::header::{ETAG, EntityTag};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use bytes::Bytes;
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::value::RawValue;
use twin_model::PlantId;

use super::CopyReader;
use super::age::CopyAge;
use super::feed::Feed;
use super::follower::Follower;
use super::found::{CopyStanding, Meta, Missing, RawMeta, json};
use super::narrowed::Narrowed;
use super::{metrics, script};
use crate::answer::{CURSOR_HEADER, is_known};
use crate::http::{Collection, collections};
use crate::past::When;
use crate::problem::Problem;
use crate::projections::{STREAMS_MAX, StreamSlot};
use crate::query::{WAIT_FOR_MAX, page_items, parse, parse_nothing, parse_when};
use crate::stream::{StreamQuery, head, start};

/// Items that one page of a narrowed list looks at, at most. A list that few pass then has short
/// pages with a next cursor, instead of keeping Redis from everybody else.
const LOOKED_AT_MAX: usize = 1_000;

/// Adds the routes. They answer from `web::Data<`[`CopyReader`]`>`, which the application must
/// have.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_plants)
        .service(get_plant)
        .service(get_stream)
        .service(metrics::get_metrics);
    for collection in collections() {
        config
            .route(
                &collection.list_path(),
                web::get().to(
                    move |reader: Data<CopyReader>, plant: Path<String>, request: HttpRequest| async move {
                        list(&reader, collection, &plant, &request).await
                    },
                ),
            )
            .route(
                &collection.item_pattern(),
                web::get().to(
                    move |reader: Data<CopyReader>,
                          path: Path<(String, String)>,
                          request: HttpRequest| async move {
                        item(&reader, collection, (&path.0, &path.1), &request).await
                    },
                ),
            );
    }
}

/// A page, as the twin gives it, with the age of the copy.
#[derive(Serialize)]
struct Page<'m> {
    #[serde(flatten)]
    standing: CopyStanding<'m>,
    items: Vec<Box<RawValue>>,
    next: Option<String>,
}

/// Meta, ids and items, as a script gives them.
type RawPage = (RawMeta, Vec<String>, Vec<Option<String>>);

/// What of them makes a page, and where the next one begins.
struct Shown {
    meta: Meta,
    items: Vec<Box<RawValue>>,
    next: Option<String>,
}

/// An item, as the twin gives it, with the age of the copy.
#[derive(Serialize)]
struct One<'m> {
    #[serde(flatten)]
    standing: CopyStanding<'m>,
    item: &'m RawValue,
}

/// The plants, as the twin gives them, with the age of each copy.
#[derive(Serialize)]
struct Plants {
    items: Vec<Box<RawValue>>,
    copies: Vec<PlantCopy>,
}

#[derive(Serialize)]
struct PlantCopy {
    plant: PlantId,
    #[serde(flatten)]
    age: CopyAge,
}

impl CopyReader {
    fn missing(&self, missing: Missing) -> Problem {
        Problem::no_copy(format!("{missing}."), &self.at_the_twin())
    }
}

/// Waits, within a limit, until the copy holds the commit that is waited for. It is of now alone.
async fn wait_for(reader: &CopyReader, feed: &Feed, when: &When) -> Result<(), Problem> {
    if when.is_of_the_past() {
        let detail = "The copy holds no past to ask for by as_of.".to_owned();
        return Err(Problem::not_in_the_copy(detail, &reader.at_the_twin()));
    }
    let Some(commit_no) = when.wait_for else {
        return Ok(());
    };
    let mut newest = feed.newest();
    let there = newest.wait_for(|meta| {
        let meta = meta.as_ref();
        meta.is_some_and(|meta| meta.cursor.commit_no >= commit_no)
    });
    match tokio::time::timeout(WAIT_FOR_MAX, there).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Problem::not_ready(format!(
            "Commit {commit_no} of the plant is not in the copy."
        ))),
    }
}

async fn list(
    reader: &CopyReader,
    collection: &Collection,
    plant: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let listing = collection.asked(request.query_string())?;
    let not_here = |detail: String| Problem::not_in_the_copy(detail, &reader.at_the_twin());
    if !listing.sort.is_plain() {
        return Err(not_here(
            "The lists of the copy come by id alone.".to_owned(),
        ));
    }
    if listing.fields.is_some() {
        return Err(not_here(
            "The items of the copy come whole, not by fields.".to_owned(),
        ));
    }
    let limit = page_items(listing.limit)?;
    let kind = collection.kind;
    let narrowed = Narrowed::new(kind, listing.filter).map_err(|name| {
        let many = collection.many;
        not_here(format!(
            "The {many} in the copy do not say enough to narrow them by {name}."
        ))
    })?;
    let feed = reader.feed(plant)?;
    wait_for(reader, feed, &listing.when).await?;
    let wanted = match narrowed.is_none() {
        true => limit,
        false => LOOKED_AT_MAX,
    };
    // One more tells whether there is a next page.
    let question = script::page(&feed.keys, kind, listing.cursor.as_deref(), wanted + 1);
    let found: Result<RawPage, _> = feed.ask(&question).await;
    let found = found.map_err(|missing| reader.missing(missing))?;
    let shown = shown(feed.plant(), found, (&narrowed, limit, wanted));
    let Shown { meta, items, next } = shown.map_err(|missing| reader.missing(missing))?;
    Ok(HttpResponse::Ok().json(Page {
        standing: meta.standing(feed.plant()),
        items,
        next,
    }))
}

/// What of the items that were found makes a page, and where the next one begins.
fn shown(
    plant: &PlantId,
    (raw, ids, items): RawPage,
    (narrowed, limit, wanted): (&Narrowed, usize, usize),
) -> Result<Shown, Missing> {
    let meta = Meta::read(plant, raw)?;
    let all = ids.len();
    let (mut shown, mut next) = (Vec::new(), None);
    for (at, (id, item)) in ids.into_iter().zip(items).take(wanted).enumerate() {
        let of = format!("item {id}");
        let item = item.ok_or_else(|| Missing::Unreadable {
            plant: plant.clone(),
            what: format!("{of} is among the ids and not among the items"),
        })?;
        let item = json(plant, &of, item)?;
        let takes = narrowed.is_none() || {
            let read = serde_json::from_str(item.get());
            read.is_ok_and(|item| narrowed.takes(&item))
        };
        if takes {
            shown.push(item);
        }
        let more = at + 1 < all;
        if more && (shown.len() == limit || at + 1 == wanted) {
            next = Some(id);
            break;
        }
    }
    Ok(Shown {
        meta,
        items: shown,
        next,
    })
}

async fn item(
    reader: &CopyReader,
    collection: &Collection,
    (plant, id): (&str, &str),
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let when = parse_when(request.query_string())?;
    let feed = reader.feed(plant)?;
    wait_for(reader, feed, &when).await?;
    let question = script::item(&feed.keys, collection.kind, id);
    let found: Result<(RawMeta, Option<String>), _> = feed.ask(&question).await;
    let (raw, text) = found.map_err(|missing| reader.missing(missing))?;
    let meta = Meta::read(feed.plant(), raw).map_err(|missing| reader.missing(missing))?;
    let text = text.ok_or_else(|| Problem::no_item(collection.kind, id))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let item = json(feed.plant(), &format!("item {id}"), text);
    let item = item.map_err(|missing| reader.missing(missing))?;
    let standing = meta.standing(feed.plant());
    // Weak: the item is the same, while what the answer says of its age is not.
    let tag = EntityTag::new_weak(format!("copy-{:016x}", hasher.finish()));
    if is_known(request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag.to_string()))
            .insert_header((CURSOR_HEADER, meta.cursor.to_string()))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag.to_string()))
        .json(One {
            standing,
            item: &item,
        }))
}

#[get("/api/v1/plants")]
async fn list_plants(
    reader: Data<CopyReader>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    parse_nothing(request.query_string())?;
    let (mut items, mut copies) = (Vec::new(), Vec::new());
    for feed in reader.plants.values() {
        match feed.meta().await {
            Ok(meta) => {
                copies.push(PlantCopy {
                    plant: feed.plant().clone(),
                    age: meta.age(),
                });
                items.push(meta.plant);
            }
            // As the twin, which lists the plants that it has a picture of.
            Err(Missing::NoCopy(_)) => {}
            Err(missing) => return Err(reader.missing(missing)),
        }
    }
    Ok(HttpResponse::Ok().json(Plants { items, copies }))
}

#[get("/api/v1/plants/{plant}")]
async fn get_plant(
    reader: Data<CopyReader>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let when = parse_when(request.query_string())?;
    let feed = reader.feed(&plant)?;
    wait_for(&reader, feed, &when).await?;
    let meta = feed.meta().await;
    let meta = meta.map_err(|missing| reader.missing(missing))?;
    Ok(HttpResponse::Ok().json(One {
        standing: meta.standing(feed.plant()),
        item: &meta.plant,
    }))
}

#[get("/api/v1/stream")]
async fn get_stream(
    reader: Data<CopyReader>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: StreamQuery = parse(request.query_string())?;
    let feed = reader.feed(&query.plant)?;
    let from = start(&request, query.from.as_deref())?;
    let slot = StreamSlot::of(&reader.streams, STREAMS_MAX)?;
    let follower = Follower::begin(Arc::clone(feed), from, slot).await;
    let follower = follower.map_err(|missing| reader.missing(missing))?;
    let body = unfold(follower, |mut follower| async move {
        let chunk = follower.next().await;
        Some((Ok::<Bytes, actix_web::Error>(chunk), follower))
    });
    Ok(head().streaming(body))
}
