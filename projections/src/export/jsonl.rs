//! Lines of JSON.

use std::io::Write;

use serde_json::{Map, Value};

use super::ExportError;
use super::row::Cell;
use super::table::{Sink, Table};

pub(super) struct Jsonl<W> {
    out: W,
}

impl<W: Write> Jsonl<W> {
    pub(super) fn new(out: W) -> Jsonl<W> {
        Jsonl { out }
    }
}

impl<W: Write> Sink for Jsonl<W> {
    fn put(&mut self, table: &Table, row: Vec<Cell>) -> Result<(), ExportError> {
        let names = table.columns.iter().map(|column| column.name.to_owned());
        let values = row.into_iter().map(|cell| match cell {
            Cell::Unknown => Value::Null,
            Cell::Text(text) => Value::String(text),
            Cell::Whole(number) => number.into(),
            Cell::Flag(flag) => flag.into(),
            Cell::Time(time) => Value::String(time.to_string()),
        });
        let line: Map<String, Value> = names.zip(values).collect();
        let mut line = Value::Object(line).to_string();
        line.push('\n');
        Ok(self.out.write_all(line.as_bytes())?)
    }

    fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}
