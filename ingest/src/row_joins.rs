//! Rows that belong together: first and last of a group, items of a list, columns of another row.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use crate::file_import::{ImportError, ROWS_MAX};
use crate::mapping::Mapping;
use crate::mapping_condition::all_hold;
use crate::mapping_rule::{Occurrence, Rule};
use crate::row::{FileError, Row, Rows};

/// Bytes of a digest that identify a row or a group; 128 bits never collide by chance.
pub(crate) type Digest = [u8; 16];
/// Values of a row, shared by the lists that they are items of.
pub(crate) type Values = Rc<[Option<String>]>;

/// First and last row of a group, counted from 0.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// What a rule knows of all rows.
#[derive(Default)]
pub(crate) struct RuleRows {
    /// Groups, for rules that do not take each row.
    pub(crate) groups: HashMap<Digest, Span>,
    /// Items of each list by the columns that agree.
    pub(crate) items: Vec<HashMap<Digest, Vec<Values>>>,
    /// Rows that are items already, of lists that have each only once.
    told: Vec<HashSet<Digest>>,
    /// Rows of the rule itself, by the columns of each list.
    owners: Vec<HashSet<Digest>>,
    /// Rows whose presence keeps the rule silent.
    pub(crate) others: HashSet<Digest>,
}

/// What is known of all rows before the first event is made.
pub(crate) struct Joins {
    pub(crate) rules: Vec<RuleRows>,
    /// Values that complete other rows, for each completion.
    fills: Vec<HashMap<Digest, Values>>,
    /// Rows that are completed, for each completion.
    completed: Vec<HashSet<Digest>>,
    pub(crate) rows_total: u64,
}

impl Joins {
    /// Reads all rows to learn what belongs together.
    pub(crate) fn learn(files: &[PathBuf], mapping: &Mapping) -> Result<Joins, ImportError> {
        let mut joins = Joins {
            rules: mapping.rules.iter().map(RuleRows::of).collect(),
            fills: vec![HashMap::new(); mapping.completions.len()],
            completed: vec![HashSet::new(); mapping.completions.len()],
            rows_total: 0,
        };
        if !mapping.completions.is_empty() {
            joins.learn_completions(files, mapping)?;
        }
        let mut rows = Rows::open(files, mapping)?;
        while let Some(row) = joins.next_row(&mut rows, mapping)? {
            if joins.rows_total >= ROWS_MAX {
                let file = files[row.file].clone();
                return Err(ImportError::TooManyRows { file });
            }
            joins.learn_row(&row, mapping);
            joins.rows_total += 1;
        }
        Ok(joins)
    }

    fn learn_completions(
        &mut self,
        files: &[PathBuf],
        mapping: &Mapping,
    ) -> Result<(), ImportError> {
        let mut rows = Rows::open(files, mapping)?;
        while let Some(row) = rows.next_row()? {
            let (Ok(values), Some(kind)) = (&row.values, row.kind) else {
                continue;
            };
            for (place, completion) in mapping.completions.iter().enumerate() {
                let key = group_of(&completion.from.columns, values);
                if kind == completion.from.kind {
                    let filled = self.fills[place].entry(key);
                    filled.or_insert_with(|| values.as_slice().into());
                } else if kind == completion.kind {
                    self.completed[place].insert(key);
                }
            }
        }
        Ok(())
    }

    fn learn_row(&mut self, row: &Row, mapping: &Mapping) {
        let Ok(values) = &row.values else { return };
        for (rule, known) in mapping.rules.iter().zip(&mut self.rules) {
            if let (Some(same), Some(kind)) = (&rule.without, row.kind)
                && same.kind == kind
            {
                known.others.insert(group_of(&same.columns, values));
            }
            for (place, list) in rule.lists.iter().enumerate() {
                // What is wrong in a condition is told when the row itself is mapped.
                if row.kind == Some(list.of.kind) && all_hold(&list.when, values) == Ok(true) {
                    if list.once && !known.told[place].insert(digest(&row.content)) {
                        continue;
                    }
                    let key = group_of(&list.of.columns, values);
                    let items = known.items[place].entry(key).or_default();
                    items.push(values.as_slice().into());
                }
            }
            if !meets(rule, row, values) {
                continue;
            }
            for (place, list) in rule.lists.iter().enumerate() {
                known.owners[place].insert(group_of(&list.of.columns, values));
            }
            if matches!(rule.occurrence, Occurrence::Each | Occurrence::Change) {
                continue;
            }
            let group = group_of(&rule.group_columns, values);
            let span = known.groups.entry(group).or_insert(Span {
                first: self.rows_total,
                last: self.rows_total,
            });
            span.last = self.rows_total;
        }
    }

    /// The next row, with the columns that another row has for it.
    pub(crate) fn next_row(
        &self,
        rows: &mut Rows<'_>,
        mapping: &Mapping,
    ) -> Result<Option<Row>, FileError> {
        let Some(mut row) = rows.next_row()? else {
            return Ok(None);
        };
        if let Ok(values) = &mut row.values {
            for (completion, fills) in mapping.completions.iter().zip(&self.fills) {
                if row.kind != Some(completion.kind) {
                    continue;
                }
                let Some(from) = fills.get(&group_of(&completion.from.columns, values)) else {
                    continue;
                };
                for column in &completion.columns {
                    if values[*column].as_deref().unwrap_or("").is_empty() {
                        values[*column].clone_from(&from[*column]);
                    }
                }
            }
        }
        Ok(Some(row))
    }

    /// Whether another row's event has taken what the row says.
    pub(crate) fn is_used(&self, row: &Row, values: &[Option<String>], mapping: &Mapping) -> bool {
        let completions = mapping.completions.iter().zip(&self.completed);
        let completes = completions.into_iter().any(|(completion, completed)| {
            row.kind == Some(completion.from.kind)
                && completed.contains(&group_of(&completion.from.columns, values))
        });
        let is_item = || {
            mapping.rules.iter().zip(&self.rules).any(|(rule, known)| {
                rule.lists.iter().zip(&known.owners).any(|(list, owners)| {
                    row.kind == Some(list.of.kind)
                        && owners.contains(&group_of(&list.of.columns, values))
                        && all_hold(&list.when, values) == Ok(true)
                })
            })
        };
        completes || is_item()
    }
}

impl RuleRows {
    fn of(rule: &Rule) -> RuleRows {
        RuleRows {
            items: vec![HashMap::new(); rule.lists.len()],
            told: vec![HashSet::new(); rule.lists.len()],
            owners: vec![HashSet::new(); rule.lists.len()],
            ..RuleRows::default()
        }
    }
}

fn meets(rule: &Rule, row: &Row, values: &[Option<String>]) -> bool {
    let is_kind = rule.kind.is_none() || rule.kind == row.kind;
    is_kind && all_hold(&rule.when, values) == Ok(true)
}

/// Identifies the rows that agree in some columns.
pub(crate) fn group_of(columns: &[usize], values: &[Option<String>]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for column in columns {
        let text = values[*column].as_deref().unwrap_or("");
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    digest(&hasher.finalize())
}

pub(crate) fn digest(hash: &blake3::Hash) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.as_bytes()[..16]);
    digest
}
