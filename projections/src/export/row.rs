//! One value of a row.

use std::fmt::Display;

use twin_model::{Decimal, Time};

/// A value, or that it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Unknown,
    Text(String),
    Whole(i64),
    Flag(bool),
    Time(Time),
}

/// A text.
pub(super) fn text(value: impl Display) -> Cell {
    Cell::Text(value.to_string())
}

/// A text, where there is one.
pub(super) fn maybe(value: Option<impl Display>) -> Cell {
    value.map_or(Cell::Unknown, text)
}

/// A decimal number without zeros at its end.
pub(super) fn decimal(value: Decimal) -> Cell {
    text(value.normalize())
}

/// A time, where there is one.
pub(super) fn time(value: impl Into<Option<Time>>) -> Cell {
    value.into().map_or(Cell::Unknown, Cell::Time)
}

/// A whole number. What no 64-bit number can hold is not counted here.
pub(super) fn whole<N: TryInto<i64>>(value: N) -> Cell {
    value.try_into().map_or(Cell::Unknown, Cell::Whole)
}

/// Ids, joined by `;`.
pub(super) fn joined(ids: impl Iterator<Item = impl Display>) -> Cell {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    Cell::Text(ids.join(";"))
}
