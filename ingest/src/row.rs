//! Rows of a file, whatever its layout.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::mapping::{Format, Mapping};

/// Longest row, in bytes; a longer one is set aside with its start.
pub const ROW_BYTES_MAX: usize = 256 * 1024;

/// Why a file cannot be read as a whole.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system does not give the file.
    #[error("{}: {error}", file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        #[source]
        error: std::io::Error,
    },
    /// The header does not have what the mapping needs.
    #[error("{}: the header lacks the columns {}", file.display(), missing.join(", "))]
    Columns {
        /// Which file.
        file: PathBuf,
        /// What is missing.
        missing: Vec<String>,
    },
}

/// One row: its values in the mapping's column order, or why it has none.
#[derive(Debug)]
pub(crate) struct Row {
    /// Line in the file, from 1.
    pub(crate) line: u64,
    /// Identifies the content: byte-identical rows have the same.
    pub(crate) content: blake3::Hash,
    pub(crate) values: Result<Vec<Option<String>>, String>,
    /// The row as text, when it has no values; cut to [`ROW_BYTES_MAX`].
    pub(crate) raw: String,
}

/// Reads the rows of one file.
pub(crate) struct Rows {
    file: PathBuf,
    layout: Layout,
}

enum Layout {
    Csv {
        reader: csv::Reader<File>,
        record: csv::ByteRecord,
        /// Place in the record of each mapped column.
        places: Vec<usize>,
        fields: usize,
    },
    Jsonl {
        reader: BufReader<File>,
        columns: Vec<String>,
        line: u64,
    },
}

impl Rows {
    pub(crate) fn open(file: &Path, mapping: &Mapping) -> Result<Rows, FileError> {
        let opened = File::open(file).map_err(|error| read_error(file, error))?;
        let layout = match mapping.format {
            Format::Csv => open_csv(file, opened, mapping)?,
            Format::Jsonl => Layout::Jsonl {
                reader: BufReader::new(opened),
                columns: mapping.columns.clone(),
                line: 0,
            },
        };
        Ok(Rows {
            file: file.to_owned(),
            layout,
        })
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        let row = match &mut self.layout {
            Layout::Csv {
                reader,
                record,
                places,
                fields,
            } => next_csv(reader, record, places, *fields),
            Layout::Jsonl {
                reader,
                columns,
                line,
            } => next_jsonl(reader, columns, line),
        };
        row.map_err(|error| read_error(&self.file, error))
    }
}

fn read_error(file: &Path, error: std::io::Error) -> FileError {
    FileError::Read {
        file: file.to_owned(),
        error,
    }
}

fn open_csv(file: &Path, opened: File, mapping: &Mapping) -> Result<Layout, FileError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(mapping.delimiter)
        .flexible(true)
        .from_reader(opened);
    let header = reader
        .byte_headers()
        .map_err(|error| read_error(file, error.into()))?;
    // Spreadsheets put a byte order mark before the first name.
    let names: Vec<&[u8]> = header
        .iter()
        .map(|name| name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name))
        .collect();
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for column in &mapping.columns {
        match names.iter().position(|name| *name == column.as_bytes()) {
            Some(place) => places.push(place),
            None => missing.push(column.clone()),
        }
    }
    if !missing.is_empty() {
        let file = file.to_owned();
        return Err(FileError::Columns { file, missing });
    }
    let fields = names.len();
    Ok(Layout::Csv {
        reader,
        record: csv::ByteRecord::new(),
        places,
        fields,
    })
}

fn next_csv(
    reader: &mut csv::Reader<File>,
    record: &mut csv::ByteRecord,
    places: &[usize],
    fields: usize,
) -> Result<Option<Row>, std::io::Error> {
    if !reader.read_byte_record(record)? {
        return Ok(None);
    }
    let mut hasher = blake3::Hasher::new();
    for field in record.iter() {
        // The length keeps ("a", "bc") and ("ab", "c") apart.
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    let values = csv_values(record, places, fields);
    let raw = match &values {
        Ok(_) => String::new(),
        Err(_) => record
            .iter()
            .map(|field| shown(&field[..field.len().min(ROW_BYTES_MAX)]))
            .collect::<Vec<String>>()
            .join(","),
    };
    Ok(Some(Row {
        line: record.position().map_or(0, csv::Position::line),
        content: hasher.finalize(),
        values,
        raw: cut(raw),
    }))
}

fn csv_values(
    record: &csv::ByteRecord,
    places: &[usize],
    fields: usize,
) -> Result<Vec<Option<String>>, String> {
    if record.len() != fields {
        let found = record.len();
        return Err(format!("the row has {found} fields, the header {fields}"));
    }
    if record.as_slice().len() > ROW_BYTES_MAX {
        return Err(format!("the row has more than {ROW_BYTES_MAX} bytes"));
    }
    let value = |place: &usize| {
        std::str::from_utf8(&record[*place])
            .map(|text| Some(text.to_owned()))
            .map_err(|_| format!("field {} is not UTF-8", place + 1))
    };
    places.iter().map(value).collect()
}

fn next_jsonl(
    reader: &mut BufReader<File>,
    columns: &[String],
    line: &mut u64,
) -> Result<Option<Row>, std::io::Error> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let limit = ROW_BYTES_MAX as u64 + 1;
        if reader.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        *line += 1;
        let too_long = bytes.len() > ROW_BYTES_MAX && !bytes.ends_with(b"\n");
        if too_long {
            reader.skip_until(b'\n')?;
        }
        while bytes.last().is_some_and(u8::is_ascii_whitespace) {
            bytes.pop();
        }
        if bytes.is_empty() {
            continue;
        }
        let values = if too_long {
            Err(format!("the row has more than {ROW_BYTES_MAX} bytes"))
        } else {
            jsonl_values(&bytes, columns)
        };
        let raw = if values.is_ok() {
            String::new()
        } else {
            cut(shown(&bytes))
        };
        let content = blake3::hash(&bytes);
        return Ok(Some(Row {
            line: *line,
            content,
            values,
            raw,
        }));
    }
}

fn jsonl_values(bytes: &[u8], columns: &[String]) -> Result<Vec<Option<String>>, String> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|error| format!("is no JSON object: {error}"))?;
    let value = |column: &String| match object.get(column) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(truth)) => Ok(Some(truth.to_string())),
        Some(_) => Err(format!("column {column} is a list or an object")),
    };
    columns.iter().map(value).collect()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A row with control characters could grow sixfold when it is written as JSON: what is kept of a
/// row that cannot be read stays far below the limit of a message.
fn cut(mut text: String) -> String {
    const RAW_KEPT_BYTES: usize = 16 * 1024;
    let mut end = text.len().min(RAW_KEPT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
