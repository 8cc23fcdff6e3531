//! Documents as rows: each record that the mapping knows is one.

use std::collections::BTreeMap;

use crate::mapping::Mapping;
use crate::record_kind::RecordKind;
use crate::row::{Row, content_of, cut};
use crate::tree::Tree;
use crate::{json_tree, xml_tree};

/// The rows of a file of JSON documents.
pub(crate) fn json_rows(bytes: &[u8], kinds: &[RecordKind], mapping: &Mapping) -> Vec<Row> {
    rows(bytes, kinds, mapping, json_tree::read)
}

/// The rows of an XML document.
pub(crate) fn xml_rows(bytes: &[u8], kinds: &[RecordKind], mapping: &Mapping) -> Vec<Row> {
    rows(bytes, kinds, mapping, |text| vec![xml_tree::read(text)])
}

fn rows(
    bytes: &[u8],
    kinds: &[RecordKind],
    mapping: &Mapping,
    read: impl Fn(&str) -> Vec<Result<Tree, String>>,
) -> Vec<Row> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let shown = String::from_utf8_lossy(bytes).into_owned();
        return vec![unreadable(
            1,
            "/".to_owned(),
            "is not UTF-8".to_owned(),
            shown,
        )];
    };
    let mut rows = Vec::new();
    for tree in read(text) {
        match tree {
            Ok(tree) => add_records(&tree, kinds, mapping, &mut rows),
            Err(detail) => {
                let number = rows.len() as u64 + 1;
                rows.push(unreadable(number, "/".to_owned(), detail, text.to_owned()));
            }
        }
    }
    if rows.is_empty() {
        let detail = "has no document".to_owned();
        rows.push(unreadable(1, "/".to_owned(), detail, text.to_owned()));
    }
    rows
}

fn unreadable(line: u64, place: String, detail: String, raw: String) -> Row {
    Row {
        file: 0,
        line,
        content: blake3::hash(format!("{place}\n{raw}").as_bytes()),
        place: Some(place),
        kind: None,
        values: Err(detail),
        raw: cut(raw),
    }
}

/// Nodes at the places of records, in the document's order, with the kind that each is.
fn find_records(tree: &Tree, kinds: &[RecordKind]) -> BTreeMap<usize, Option<usize>> {
    let mut found: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    for (place, kind) in kinds.iter().enumerate() {
        for node in kind.at.iter().flat_map(|at| at.find(tree, Tree::ROOT)) {
            let known = found.entry(node).or_default();
            let has = |path: &crate::tree::TreePath| !path.find(tree, node).is_empty();
            if known.is_none() && kind.has.iter().all(has) {
                *known = Some(place);
            }
        }
    }
    // The document as a whole is no record when there are others in it.
    if found.len() > 1 && found.get(&Tree::ROOT) == Some(&None) {
        found.remove(&Tree::ROOT);
    }
    found
}

fn add_records(tree: &Tree, kinds: &[RecordKind], mapping: &Mapping, rows: &mut Vec<Row>) {
    let found = find_records(tree, kinds);
    if found.is_empty() {
        let number = rows.len() as u64 + 1;
        rows.push(unknown(
            tree,
            Tree::ROOT,
            number,
            "has no record that the mapping knows",
        ));
    }
    for (node, kind) in found {
        let number = rows.len() as u64 + 1;
        let Some(place) = kind else {
            rows.push(unknown(
                tree,
                node,
                number,
                "is a record that the mapping does not know",
            ));
            continue;
        };
        rows.push(match read_record(tree, node, &kinds[place], mapping) {
            Ok(values) => Row {
                file: 0,
                line: number,
                place: Some(tree.place(node)),
                kind,
                content: content_of(kind, &values),
                values: Ok(values),
                raw: String::new(),
            },
            Err((path, detail)) => {
                let place = tree.place(node);
                let place = format!("{}/{path}", place.trim_end_matches('/'));
                unreadable(number, place, detail, tree.child_names(node))
            }
        });
    }
}

/// The columns of a record, or the path of one whose text is no value of its enumeration.
fn read_record(
    tree: &Tree,
    node: usize,
    kind: &RecordKind,
    mapping: &Mapping,
) -> Result<Vec<Option<String>>, (String, String)> {
    let mut values = vec![None; mapping.columns.len()];
    for cell in &kind.cells {
        let mut places = cell.paths.iter();
        let text = places.find_map(|path| path.text(tree, node).filter(|text| !text.is_empty()));
        values[cell.column] = match (text, cell.words) {
            (Some(text), Some(words)) => match words.read(text) {
                Ok(word) => Some(word.to_owned()),
                Err(why) => return Err((cell.shown.clone(), format!("{text:?}: {why}"))),
            },
            (text, _) => text.map(str::to_owned),
        };
    }
    Ok(values)
}

fn unknown(tree: &Tree, node: usize, number: u64, what: &str) -> Row {
    let names = tree.child_names(node);
    let detail = match names.is_empty() {
        true => format!("{what}: there is nothing in it"),
        false => format!("{what}: it has the fields {names}"),
    };
    unreadable(number, tree.place(node), detail, names)
}
