//! Which entries of a change stream somebody wants.

use serde::Deserialize;
use twin_model::{Code, EntityKind, SmolStr};
use utoipa::IntoParams;

use crate::change_event::{ChangeEvent, Happening};
use crate::filter::state_of;
use crate::http::state_words;
use crate::problem::Problem;
use crate::query::known_word;
use crate::sentence::NOTICE_KINDS;

/// Values that one part may name.
const VALUES_MAX: usize = 100;
/// The events of a stream that can be chosen; `gap` always comes.
const EVENTS: [&str; 3] = ["state.changed", "notice", "counts"];

/// How a query says what it wants of a stream, and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SelectionQuery {
    /// `true`: where there is no cursor to go on from, and behind a gap, every item comes first as
    /// `snapshot`, all of one commit, then `snapshot.end`, then the changes behind that commit.
    pub(crate) snapshot: Option<bool>,
    /// `true`: where it is shorter, `state.patched` with what is different from the state that this
    /// stream told of the item last, in place of `state.changed`.
    pub(crate) delta: Option<bool>,
    /// `false`: every state, also to a follower that is far behind. Else it gets only the newest
    /// of each item then, marked `coalesced`.
    pub(crate) coalesce: Option<bool>,
    /// The name that this consumer confirms under. Without a cursor it begins behind what it has
    /// confirmed.
    pub(crate) consumer: Option<String>,
    /// Only these events, of `state.changed`, `notice` and `counts`; several joined by commas.
    /// `gap` always comes.
    event: Option<String>,
    /// Only items of these kinds, such as `lot` or `work_order`, and notices about them; several
    /// joined by commas.
    kind: Option<String>,
    /// Only the items of these ids and notices about them; several joined by commas.
    id: Option<String>,
    /// Only items that are in one of these states or were until this change, in the words of the
    /// lists; several joined by commas.
    state: Option<String>,
    /// Only notices of these kinds, such as `gate_decided` or `kpi_closed`; several joined by
    /// commas.
    notice: Option<String>,
    /// Only notices of these rules, such as `TWIN-R07`; several joined by commas.
    code: Option<String>,
}

/// As `SelectionQuery`, with lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelectionLists {
    /// Events, of `state.changed`, `notice` and `counts`.
    pub event: Vec<String>,
    /// Kinds of items.
    pub kind: Vec<String>,
    /// Ids of items.
    pub id: Vec<String>,
    /// States of items.
    pub state: Vec<String>,
    /// Kinds of notices.
    pub notice: Vec<String>,
    /// Rules of notices.
    pub code: Vec<String>,
}

/// Which entries somebody wants. Every part that is given must hold, of what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    events: Vec<&'static str>,
    kinds: Vec<EntityKind>,
    ids: Vec<SmolStr>,
    states: Vec<&'static str>,
    notices: Vec<&'static str>,
    codes: Vec<Code>,
}

impl SelectionQuery {
    /// The names of its parameters.
    pub(crate) const NAMES: [&str; 10] = [
        "snapshot", "delta", "coalesce", "consumer", "event", "kind", "id", "state", "notice",
        "code",
    ];

    /// # Errors
    /// [`Problem`] with the value that is not known.
    pub(crate) fn selection(&self) -> Result<Selection, Problem> {
        let words = |joined: &Option<String>| -> Vec<String> {
            let joined = joined.as_deref().unwrap_or_default();
            let words = joined.split(',').map(str::trim);
            words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Selection::new(&SelectionLists {
            event: words(&self.event),
            kind: words(&self.kind),
            id: words(&self.id),
            state: words(&self.state),
            notice: words(&self.notice),
            code: words(&self.code),
        })
    }
}

impl Selection {
    /// What lists of words choose.
    ///
    /// # Errors
    /// [`Problem`] with the first word that is not known, and those that are.
    pub fn new(lists: &SelectionLists) -> Result<Selection, Problem> {
        let all = [
            ("event", &lists.event),
            ("kind", &lists.kind),
            ("id", &lists.id),
            ("state", &lists.state),
            ("notice", &lists.notice),
            ("code", &lists.code),
        ];
        for (name, values) in all {
            if values.len() > VALUES_MAX {
                let count = values.len();
                return Err(Problem::bad_query(format!(
                    "{name}: it names {count} values; {VALUES_MAX} are the most"
                )));
            }
        }
        let kind_words = EntityKind::ALL.map(EntityKind::as_str);
        let kinds: Vec<EntityKind> = each("kind", &lists.kind, &kind_words)?
            .into_iter()
            .filter_map(|word| EntityKind::ALL.into_iter().find(|k| k.as_str() == word))
            .collect();
        let codes = lists.code.iter().map(|said| {
            let known = Code::ALL.iter().find(|code| code.to_string() == *said);
            known.copied().ok_or_else(|| {
                Problem::bad_query(format!(
                    "code: '{said}' is no rule; /docs/errors/README lists them"
                ))
            })
        });
        Ok(Selection {
            events: each("event", &lists.event, &EVENTS)?,
            states: each("state", &lists.state, &state_words(&kinds))?,
            notices: each("notice", &lists.notice, &NOTICE_KINDS)?,
            codes: codes.collect::<Result<_, _>>()?,
            ids: lists.id.iter().map(SmolStr::new).collect(),
            kinds,
        })
    }

    /// Whether counts are wanted.
    pub(crate) fn takes_counts(&self) -> bool {
        is_in(&self.events, &"counts")
    }

    /// Whether it is wanted.
    pub(crate) fn takes(&self, event: &ChangeEvent) -> bool {
        match &event.happening {
            Happening::State { state, was, .. } => {
                let now = state_of(state);
                self.takes_item(state.key().kind(), state.key().id())
                    && (is_in(&self.states, &now) || self.states.contains(was))
            }
            Happening::Notice(_) | Happening::Exception(_) => self.takes_notice(event),
        }
    }

    /// Whether an item of this kind and id is wanted, in some state.
    fn takes_item(&self, kind: EntityKind, id: &str) -> bool {
        is_in(&self.events, &"state.changed")
            && is_in(&self.kinds, &kind)
            && (self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id))
    }

    /// Whether an item is wanted as it is.
    pub(crate) fn takes_state(&self, state: &twin_model::Entity) -> bool {
        let key = state.key();
        self.takes_item(key.kind(), key.id()) && is_in(&self.states, &state_of(state))
    }

    /// Whether some item of the kind may be wanted.
    pub(crate) fn takes_kind(&self, kind: EntityKind) -> bool {
        is_in(&self.events, &"state.changed") && is_in(&self.kinds, &kind)
    }

    fn takes_notice(&self, event: &ChangeEvent) -> bool {
        let parts = [
            self.kinds.is_empty(),
            self.ids.is_empty(),
            self.notices.is_empty(),
            self.codes.is_empty(),
        ];
        if !is_in(&self.events, &"notice") || parts == [true; 4] {
            return is_in(&self.events, &"notice");
        }
        let Some(sentence) = event.sentence() else {
            return false;
        };
        let object = sentence.object.as_deref().unwrap_or_default();
        let (kind, id) = object.split_once('/').unwrap_or_default();
        is_in(&self.notices, &sentence.kind)
            && (self.codes.is_empty() || sentence.code.is_some_and(|c| self.codes.contains(&c)))
            && (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted.as_str() == kind))
            && (self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id))
    }
}

/// Whether nothing is asked for, or this.
fn is_in<T: PartialEq>(wanted: &[T], it: &T) -> bool {
    wanted.is_empty() || wanted.contains(it)
}

/// The known words that are said.
fn each(name: &str, said: &[String], known: &[&'static str]) -> Result<Vec<&'static str>, Problem> {
    said.iter()
        .map(|said| known_word(name, said, known))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> String {
        let asked: SelectionQuery = crate::query::parse(query).unwrap();
        let problem = asked.selection().unwrap_err();
        let body = serde_json::to_value(&problem).unwrap();
        body["detail"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_not_known_is_refused_by_its_name() {
        for (query, said) in [
            ("event=change", "event: 'change' is none of state.changed"),
            ("kind=lot,lots", "kind: 'lots' is none of work_order, lot"),
            ("state=melted", "state: 'melted' is none of "),
            (
                "kind=hold&state=on_hand",
                "state: 'on_hand' is none of open, released",
            ),
            ("notice=news", "notice: 'news' is none of gate_decided"),
            ("code=R7", "code: 'R7' is no rule"),
        ] {
            let detail = refusal(query);
            assert!(detail.starts_with(said), "{query}: {detail}");
        }
        let ids = vec!["L"; VALUES_MAX + 1].join(",");
        let many = refusal(&format!("id={ids}"));
        assert_eq!(many, "id: it names 101 values; 100 are the most");
    }
}
