//! Comma-separated values by RFC 4180.

use std::io::Write;

use super::ExportError;
use super::row::Cell;
use super::table::{Sink, Table};

pub(super) struct Csv<W> {
    out: W,
}

impl<W: Write> Csv<W> {
    /// Writes the line of names.
    pub(super) fn new(mut out: W, table: &Table) -> Result<Csv<W>, ExportError> {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        out.write_all(format!("{}\r\n", names.join(",")).as_bytes())?;
        Ok(Csv { out })
    }
}

impl<W: Write> Sink for Csv<W> {
    fn put(&mut self, _: &Table, row: Vec<Cell>) -> Result<(), ExportError> {
        let cells: Vec<String> = row.into_iter().map(written).collect();
        Ok(self
            .out
            .write_all(format!("{}\r\n", cells.join(",")).as_bytes())?)
    }

    fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}

fn written(cell: Cell) -> String {
    match cell {
        Cell::Unknown => String::new(),
        Cell::Text(text) => quoted(text),
        Cell::Whole(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Time(time) => time.to_string(),
    }
}

fn quoted(text: String) -> String {
    match text.is_empty() || text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_quoted_and_nothing_else() {
        for (text, expected) in [
            ("L-1", "L-1"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("3/4\" pipe", "\"3/4\"\" pipe\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(written(Cell::Text(text.to_owned())), expected);
        }
        assert_eq!(written(Cell::Unknown), "");
    }
}
