//! Query parameters: what is not understood is refused, never ignored.

use std::time::Duration;

use actix_web::web::Query;
use serde::de::DeserializeOwned;

use crate::picture::Picture;
use crate::problem::Problem;
use crate::projections::holds;

/// Items of a page when the query does not say.
pub const PAGE_ITEMS_DEFAULT: usize = 100;
/// Items of a page at most.
pub const PAGE_ITEMS_MAX: usize = 500;
/// How long an answer waits for the commit that `wait_for` names.
const WAIT_FOR_MAX: Duration = Duration::from_secs(5);

/// Reads a query string. Unknown parameters and unreadable values are refused by name.
pub(crate) fn parse<Q: DeserializeOwned>(query: &str) -> Result<Q, Problem> {
    match Query::<Q>::from_query(query) {
        Ok(parsed) => Ok(parsed.into_inner()),
        Err(error) => Err(Problem::bad_query(error.to_string())),
    }
}

/// How many items a page has.
pub(crate) fn page_items(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(PAGE_ITEMS_DEFAULT),
        Some(limit) if (1..=PAGE_ITEMS_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::bad_query(format!(
            "limit is {limit}; a page has 1 to {PAGE_ITEMS_MAX} items"
        ))),
    }
}

/// Waits, within a limit, until the picture holds commit `commit_no`: so that a sender reads what
/// it wrote.
pub(crate) async fn wait_for(picture: &Picture, commit_no: Option<u64>) -> Result<(), Problem> {
    let Some(commit_no) = commit_no else {
        return Ok(());
    };
    match tokio::time::timeout(WAIT_FOR_MAX, holds(picture, commit_no)).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Problem::not_ready(format!(
            "Commit {commit_no} of the plant is not in the picture."
        ))),
    }
}
