//! The stream of an MTConnect adapter as rows: births and deaths of its sessions, changes of the
//! machine's state, and counters.
//!
//! A stream reorders: a tenth of the lines of a real one are older than the line before, and at a
//! reconnect everything is announced again with the times of long ago. So the values of a session
//! are put in the order of their times first, and what is older than the session itself counts
//! from its beginning. The rows do not depend on the order of the lines within a session.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::row::{Row, content_of, cut};
use crate::shdr_items::{SHDR_COLUMNS, SHDR_KINDS, ShdrItems};
use crate::shdr_line::ShdrLine;

/// Places in [`SHDR_KINDS`].
const BIRTH: usize = 0;
const STATE: usize = 1;
const COUNT: usize = 2;
const DEATH: usize = 3;
const _: () = assert!(SHDR_KINDS.len() == 4, "every kind has its place above");

/// What is told at one time.
#[derive(Default)]
struct Told {
    /// Values by item; of several for one item the greatest, whatever their order.
    values: BTreeMap<String, String>,
    faults: BTreeMap<String, bool>,
    /// First line that tells it.
    line: u64,
}

/// One connection of the adapter.
#[derive(Default)]
struct Session {
    /// Absent when the stream begins in the middle of one.
    birth: Option<Timestamp>,
    told: BTreeMap<Timestamp, Told>,
    last: Option<(Timestamp, u64)>,
}

impl Session {
    fn saw(&mut self, at: Timestamp, line: u64) {
        if self.last.is_none_or(|(last, _)| last < at) {
            self.last = Some((at, line));
        }
    }

    fn told_at(&mut self, at: Timestamp, line: u64) -> &mut Told {
        self.saw(at, line);
        let told = self.told.entry(at).or_default();
        if told.line == 0 || line < told.line {
            told.line = line;
        }
        told
    }

    /// What is older than the session was announced again: it counts from the birth.
    fn settle(&mut self) {
        let Some(birth) = self.birth else { return };
        let later = self.told.split_off(&birth);
        let before = std::mem::replace(&mut self.told, later);
        let mut first = Told::default();
        for told in before.into_values() {
            first.values.extend(told.values);
            first.faults.extend(told.faults);
        }
        if let Some(snapshot) = self.told.get_mut(&birth) {
            first.values.append(&mut snapshot.values);
            first.faults.append(&mut snapshot.faults);
            snapshot.values = first.values;
            snapshot.faults = first.faults;
        }
    }
}

/// A row with what puts it in order.
type Ordered = (Timestamp, Option<Timestamp>, usize, Row);

/// The rows of a stream, in the order of their times; lines that cannot be read come first.
pub(crate) fn rows(text: &str, items: &ShdrItems) -> Vec<Row> {
    let mut unreadable = Vec::new();
    let mut sessions = read_sessions(text, items, &mut unreadable);
    for session in &mut sessions {
        session.settle();
    }
    sessions.sort_by_key(|session| session.birth);
    let mut ordered: Vec<Ordered> = Vec::new();
    let last = sessions.len().saturating_sub(1);
    for (place, session) in sessions.iter().enumerate() {
        let told = Telling::of(session, items).rows(session, place < last);
        match told {
            Ok(rows) => ordered.extend(rows),
            Err(row) => unreadable.push(row),
        }
    }
    ordered.sort_by_key(|(at, birth, kind, _)| (*at, *birth, *kind));
    let rows = ordered.into_iter().map(|(_, _, _, row)| row);
    unreadable.into_iter().chain(rows).collect()
}

fn read_sessions(text: &str, items: &ShdrItems, unreadable: &mut Vec<Row>) -> Vec<Session> {
    let mut sessions: Vec<Session> = vec![Session::default()];
    let mut open: Option<(String, u64)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_end();
        if let Some((end, _)) = &open {
            if line == end {
                open = None;
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let parsed = match ShdrLine::parse(line, items) {
            Ok(parsed) => parsed,
            Err(detail) => {
                unreadable.push(unreadable_row(number, line, detail));
                continue;
            }
        };
        match parsed {
            ShdrLine::Beside => {}
            ShdrLine::Opens(end) => open = Some((end, number)),
            ShdrLine::Condition(at, name, fault) => {
                if let Some(session) = sessions.last_mut() {
                    let known = session.told_at(at, number).faults.entry(name).or_default();
                    *known |= fault;
                }
            }
            ShdrLine::Values(at, values) => {
                if is_snapshot(&values, items) {
                    sessions.push(Session {
                        birth: Some(at),
                        ..Session::default()
                    });
                }
                match sessions.last_mut() {
                    Some(session) if values.is_empty() => session.saw(at, number),
                    Some(session) => put(session.told_at(at, number), values),
                    None => {}
                }
            }
        }
    }
    if let Some((end, number)) = open {
        let detail = format!("what begins here never ends: there is no line {end}");
        unreadable.push(unreadable_row(number, &end, detail));
    }
    sessions.retain(|session| session.last.is_some());
    sessions
}

/// An adapter tells everything that it knows when it connects.
fn is_snapshot(values: &[(String, String)], items: &ShdrItems) -> bool {
    let named = |item: &String| values.iter().any(|(name, _)| name == item);
    items.watch.iter().all(named)
}

fn put(told: &mut Told, values: Vec<(String, String)>) {
    for (name, value) in values {
        let known = told.values.entry(name).or_default();
        if *known < value {
            *known = value;
        }
    }
}

fn unreadable_row(line: u64, text: &str, detail: String) -> Row {
    Row {
        file: 0,
        line,
        place: None,
        kind: None,
        content: blake3::hash(text.as_bytes()),
        values: Err(detail),
        raw: cut(text.to_owned()),
    }
}

/// What is known while a session is told from its beginning to its end.
struct Telling<'a> {
    items: &'a ShdrItems,
    session: Option<Timestamp>,
    values: BTreeMap<&'a str, &'a str>,
    faults: BTreeSet<&'a str>,
}

impl<'a> Telling<'a> {
    fn of(session: &Session, items: &'a ShdrItems) -> Telling<'a> {
        Telling {
            items,
            session: session.birth,
            values: BTreeMap::new(),
            faults: BTreeSet::new(),
        }
    }

    /// The rows of a session; one that says why there are none when a watched item is never told.
    fn rows(mut self, session: &'a Session, is_followed: bool) -> Result<Vec<Ordered>, Row> {
        let mut rows = Vec::new();
        let mut is_known = false;
        for (at, told) in &session.told {
            if self.session == Some(*at) {
                rows.push(self.row(BIRTH, *at, told.line));
            }
            let counts = told
                .values
                .keys()
                .any(|name| self.items.count.contains(name));
            let watched = told
                .values
                .keys()
                .any(|name| self.items.watch.contains(name));
            for (name, value) in &told.values {
                self.values.insert(name, value);
            }
            for (name, fault) in &told.faults {
                match fault {
                    true => self.faults.insert(name),
                    false => self.faults.remove(name.as_str()),
                };
            }
            is_known = is_known || self.unknown().is_none();
            if is_known && (watched || !told.faults.is_empty()) {
                rows.push(self.row(STATE, *at, told.line));
            }
            if counts {
                rows.push(self.row(COUNT, *at, told.line));
            }
        }
        let Some((at, line)) = session.last else {
            return Ok(rows);
        };
        if let (false, Some(item)) = (is_known, self.unknown()) {
            let detail = format!("the stream tells nothing of {item}: the state is not known");
            return Err(unreadable_row(line, item, detail));
        }
        if is_followed && self.session.is_some() {
            rows.push(self.row(DEATH, at, line));
        }
        Ok(rows)
    }

    /// A watched item that was not told yet.
    fn unknown(&self) -> Option<&'a str> {
        let mut watched = self.items.watch.iter().map(String::as_str);
        watched.find(|item| !self.values.contains_key(item))
    }

    fn row(&self, kind: usize, at: Timestamp, line: u64) -> Ordered {
        let session = self.session.map(|birth| birth.as_millisecond().to_string());
        let faults: Vec<&str> = self.faults.iter().copied().collect();
        let mut values = vec![Some(at.to_string()), session, Some(faults.join(", "))];
        debug_assert_eq!(values.len(), SHDR_COLUMNS.len(), "the columns of every row");
        for (items, kinds) in [(&self.items.watch, STATE), (&self.items.count, COUNT)] {
            for item in items {
                let value = self.values.get(item.as_str()).filter(|_| kind == kinds);
                values.push(value.map(|value| (*value).to_owned()));
            }
        }
        let row = Row {
            file: 0,
            line,
            place: None,
            kind: Some(kind),
            content: content_of(Some(kind), &values),
            values: Ok(values),
            raw: String::new(),
        };
        (at, self.session, kind, row)
    }
}
