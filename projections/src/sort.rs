//! In which order a list comes, and where in it a page ended.

use std::cmp::Ordering;

use twin_model::{Entity, EntityKind, SmolStr, Time};

use crate::problem::Problem;

/// By what a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum SortBy {
    /// By id; the only one that every kind has.
    #[default]
    Id,
    /// By when an order is due.
    Due,
    /// By how urgent an order is.
    Priority,
    /// By the end of a lot's shelf life.
    Expiry,
    /// By when it began: a hold was placed, an inspection asked for, a nonconformance opened.
    Since,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sort {
    pub(crate) by: SortBy,
    pub(crate) descending: bool,
}

/// A place in a sorted list: what comes after it is wanted. What has nothing to be sorted by comes
/// last, whichever way the list goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rank: Option<i64>,
    pub(crate) id: SmolStr,
}

impl SortBy {
    fn name(self) -> &'static str {
        match self {
            SortBy::Id => "id",
            SortBy::Due => "due",
            SortBy::Priority => "priority",
            SortBy::Expiry => "expiry",
            SortBy::Since => "since",
        }
    }

    /// By what entities of a kind can be sorted, beside their ids.
    pub(crate) fn of(kind: EntityKind) -> &'static [SortBy] {
        match kind {
            EntityKind::WorkOrder => &[SortBy::Due, SortBy::Priority],
            EntityKind::Lot => &[SortBy::Expiry],
            EntityKind::Hold | EntityKind::Inspection | EntityKind::Nonconformance => {
                &[SortBy::Since]
            }
            _ => &[],
        }
    }

    /// What the entity is sorted by: a time in microseconds, or a number.
    pub(crate) fn rank(self, entity: &Entity) -> Option<i64> {
        match (self, entity) {
            (SortBy::Due, Entity::WorkOrder(order)) => order.planned_end().map(Time::as_micros),
            (SortBy::Priority, Entity::WorkOrder(order)) => Some(i64::from(order.priority())),
            (SortBy::Expiry, Entity::Lot(lot)) => lot.expiry().map(Time::as_micros),
            (SortBy::Since, Entity::Hold(hold)) => Some(hold.placed_at().as_micros()),
            (SortBy::Since, Entity::Inspection(it)) => Some(it.created_at().as_micros()),
            (SortBy::Since, Entity::Nonconformance(it)) => Some(it.opened_at().as_micros()),
            _ => None,
        }
    }
}

impl Sort {
    /// What `sort` may say for a kind.
    pub(crate) fn words(kind: EntityKind) -> Vec<String> {
        let ways = std::iter::once(SortBy::Id).chain(SortBy::of(kind).iter().copied());
        let both = ways.flat_map(|by| [by.name().to_owned(), format!("-{}", by.name())]);
        both.collect()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Problem`] for what the kind cannot be sorted by.
    pub(crate) fn parse(said: Option<&str>, kind: EntityKind) -> Result<Sort, Problem> {
        let Some(said) = said else {
            return Ok(Sort::default());
        };
        let (name, descending) = match said.strip_prefix('-') {
            Some(name) => (name, true),
            None => (said, false),
        };
        let mut ways = std::iter::once(SortBy::Id).chain(SortBy::of(kind).iter().copied());
        match ways.find(|by| by.name() == name) {
            Some(by) => Ok(Sort { by, descending }),
            None => {
                let known = Sort::words(kind).join(", ");
                Err(Problem::bad_query(format!(
                    "sort: '{said}' is none of {known}"
                )))
            }
        }
    }

    fn word(self) -> String {
        let minus = if self.descending { "-" } else { "" };
        format!("{minus}{}", self.by.name())
    }

    /// Whether it is by ascending id, whose cursors are ids.
    pub(crate) fn is_plain(self) -> bool {
        self == Sort::default()
    }

    /// The cursor of a page that ends with an entity.
    pub(crate) fn cursor(self, id: &str, entity: &Entity) -> SmolStr {
        if self.is_plain() {
            return id.into();
        }
        let rank = match self.by.rank(entity) {
            Some(rank) => rank.to_string(),
            None => String::new(),
        };
        format!("{}:{rank}:{id}", self.word()).into()
    }

    /// Reads a cursor that [`Sort::cursor`] made.
    ///
    /// # Errors
    /// [`Problem`] for one of a list in another order.
    pub(crate) fn place(self, cursor: &str) -> Result<Place, Problem> {
        if self.is_plain() {
            return Ok(Place {
                rank: None,
                id: cursor.into(),
            });
        }
        let mut parts = cursor.splitn(3, ':');
        let (word, rank, id) = (parts.next(), parts.next(), parts.next());
        let rank = match rank {
            Some("") => Some(None),
            Some(number) => number.parse().ok().map(Some),
            None => None,
        };
        match (word, rank, id) {
            (Some(word), Some(rank), Some(id)) if word == self.word() => Ok(Place {
                rank,
                id: id.into(),
            }),
            _ => Err(Problem::bad_query(format!(
                "cursor: '{cursor}' is not of a list with sort={}; begin without cursor",
                self.word()
            ))),
        }
    }

    /// How two places stand in the list.
    pub(crate) fn compare(self, a: (Option<i64>, &str), b: (Option<i64>, &str)) -> Ordering {
        match (a.0, b.0) {
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) if self.by != SortBy::Id => a.1.cmp(b.1),
            _ if self.descending => b.cmp(&a),
            _ => a.cmp(&b),
        }
    }
}
