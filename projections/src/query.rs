//! Query parameters: what is not understood is refused, never ignored.

use std::time::Duration;

use actix_web::web::Query;
use serde::de::DeserializeOwned;

use crate::past::When;
use crate::picture::Picture;
use crate::problem::Problem;
use crate::projections::holds;

/// Items of a page when the query does not say.
pub const PAGE_ITEMS_DEFAULT: usize = 100;
/// Items of a page at most.
pub const PAGE_ITEMS_MAX: usize = 500;
/// How long an answer waits for the commit that `wait_for` names.
pub(crate) const WAIT_FOR_MAX: Duration = Duration::from_secs(5);

/// Reads a query string. Unknown parameters and unreadable values are refused by name.
pub(crate) fn parse<Q: DeserializeOwned>(query: &str) -> Result<Q, Problem> {
    match Query::<Q>::from_query(query) {
        Ok(parsed) => Ok(parsed.into_inner()),
        Err(error) => Err(Problem::bad_query(explained::<Q>(
            query,
            &error.to_string(),
            &[],
        ))),
    }
}

/// Reads the query of a route that answers also of the past: of when, and the rest.
pub(crate) fn parse_with_when<Q: DeserializeOwned>(query: &str) -> Result<(When, Q), Problem> {
    parse_with(&When::NAMES, query)
}

/// Reads a query of two parts: the parameters of these names, and the rest.
pub(crate) fn parse_with<P: DeserializeOwned, Q: DeserializeOwned>(
    names: &[&str],
    query: &str,
) -> Result<(P, Q), Problem> {
    let is_named = |part: &&str| match Query::<Vec<(String, String)>>::from_query(part) {
        Ok(pairs) => pairs.iter().any(|(name, _)| names.contains(&name.as_str())),
        Err(_) => false,
    };
    let (named, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_named);
    let named = parse(&named.join("&"))?;
    let rest = rest.join("&");
    match Query::<Q>::from_query(&rest) {
        Ok(parsed) => Ok((named, parsed.into_inner())),
        Err(error) => {
            let error = error.to_string();
            Err(Problem::bad_query(explained::<Q>(&rest, &error, names)))
        }
    }
}

/// Reads the query of a route that takes nothing but of when the answer is to be.
pub(crate) fn parse_when(query: &str) -> Result<When, Problem> {
    let (when, Nothing {}) = parse_with_when(query)?;
    Ok(when)
}

/// Reads the query of a route that takes nothing.
pub(crate) fn parse_nothing(query: &str) -> Result<(), Problem> {
    parse(query).map(|Nothing {}| ())
}

/// No parameters.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What is wrong with a query that could not be read, by the name of the parameter; what the route
/// takes besides is read elsewhere.
fn explained<Q: DeserializeOwned>(query: &str, whole: &str, besides: &[&str]) -> String {
    // Read alone, only the parameter that is wrong fails with more than what it leaves out.
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let Err(error) = Query::<Q>::from_query(part) else {
            continue;
        };
        let error = error.to_string();
        if error.contains("missing field") {
            continue;
        }
        let pair = Query::<Vec<(String, String)>>::from_query(part);
        let pair = pair.ok().and_then(|pair| pair.into_inner().pop());
        let (name, value) = pair.unwrap_or_default();
        return wrong_value(&name, &value, &error, besides);
    }
    match quoted(whole).first() {
        Some(name) if whole.contains("missing field") => format!("{name} is missing"),
        Some(name) if whole.contains("duplicate field") => format!("{name} is given twice"),
        _ => "it is not a list of name=value pairs joined by &".to_owned(),
    }
}

/// Refuses parameters that are none of `known`, for routes that share one type of query.
pub(crate) fn only(known: &[&str], query: &str) -> Result<(), Problem> {
    let Ok(pairs) = Query::<Vec<(String, String)>>::from_query(query) else {
        return Ok(()); // Reading it says what is wrong.
    };
    match pairs
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        None => Ok(()),
        Some((name, _)) => Err(Problem::bad_query(unknown_name(name, &known.join(", ")))),
    }
}

/// The one of `known` that the parameter says.
pub(crate) fn known_word(
    name: &str,
    said: &str,
    known: &[&'static str],
) -> Result<&'static str, Problem> {
    let found = known.iter().find(|word| **word == said);
    found.copied().ok_or_else(|| {
        let known = known.join(", ");
        Problem::bad_query(format!("{name}: '{said}' is none of {known}"))
    })
}

fn unknown_name(name: &str, known: &str) -> String {
    match known {
        "" => format!("{name} is no parameter here; this route takes none"),
        known => format!("{name} is no parameter here; this route takes {known}"),
    }
}

fn wrong_value(name: &str, value: &str, error: &str, besides: &[&str]) -> String {
    let mut known: Vec<&str> = quoted(error).into_iter().skip(1).collect();
    if error.contains("unknown field") {
        known.extend(besides);
    }
    let known = known.join(", ");
    if error.contains("unknown field") {
        return unknown_name(name, &known);
    }
    let wrong = if error.contains("unknown variant") {
        format!("is none of {known}")
    } else if error.contains("digit") || error.contains("integer") {
        "is not a number".to_owned()
    } else if error.contains("too large") {
        "is too large a number".to_owned()
    } else if error.contains("`true` or `false`") {
        "is neither true nor false".to_owned()
    } else {
        "is not understood".to_owned()
    };
    format!("{name}: '{value}' {wrong}")
}

/// The words between backticks.
fn quoted(error: &str) -> Vec<&str> {
    error.split('`').skip(1).step_by(2).collect()
}

/// How many items a page has.
pub(crate) fn page_items(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(PAGE_ITEMS_DEFAULT),
        Some(limit) if (1..=PAGE_ITEMS_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::bad_query(format!(
            "limit: '{limit}' is not within 1 to {PAGE_ITEMS_MAX}, the items of a page"
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum State {
        OnHand,
        Depleted,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read from queries")]
    struct Asked {
        plant: String,
        limit: Option<usize>,
        held: Option<bool>,
        state: Option<State>,
        code: Option<twin_model::Code>,
    }

    #[test]
    fn the_parameter_that_is_wrong_is_named_in_plain_words() {
        for (query, expected) in [
            ("plant=P&limit=abc", "limit: 'abc' is not a number"),
            ("plant=P&limit=", "limit: '' is not a number"),
            ("plant=P&limit=-1", "limit: '-1' is not a number"),
            (
                "plant=P&limit=99999999999999999999",
                "limit: '99999999999999999999' is too large a number",
            ),
            (
                "plant=P&held=a%20b",
                "held: 'a b' is neither true nor false",
            ),
            (
                "state=melted&plant=P",
                "state: 'melted' is none of on_hand, depleted",
            ),
            ("plant=P&code=R99", "code: 'R99' is not understood"),
            (
                "color=red&plant=P",
                "color is no parameter here; this route takes plant, limit, held, state, code",
            ),
            ("limit=5", "plant is missing"),
            ("", "plant is missing"),
            ("plant=P&plant=Q", "plant is given twice"),
        ] {
            let problem = parse::<Asked>(query).unwrap_err();
            let body = serde_json::to_value(&problem).unwrap();
            assert_eq!(body["detail"], expected, "{query}");
        }
        let problem = parse::<Nothing>("color=red").unwrap_err();
        let body = serde_json::to_value(&problem).unwrap();
        let expected = "color is no parameter here; this route takes none";
        assert_eq!(body["detail"], expected);
        assert!(parse::<Asked>("plant=P&limit=5&held=true&state=on_hand").is_ok());
    }
}
