//! Rows of a file, whatever its layout.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document;
use crate::mapping::{Layout, Mapping};
use crate::shdr;

/// Longest row, in bytes; a longer one is set aside with its start.
pub const ROW_BYTES_MAX: usize = 256 * 1024;

/// Largest file of a format that must be read as a whole, in bytes.
pub const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

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
    /// The file is larger than one that must be read as a whole may be.
    #[error("{}: more than {} MiB; split the file", file.display(), DOCUMENT_BYTES_MAX >> 20)]
    TooLarge {
        /// Which file.
        file: PathBuf,
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
    /// Place of its file among those that are read.
    pub(crate) file: usize,
    /// Line in the file, or number of the record in a document, from 1.
    pub(crate) line: u64,
    /// Where it stands in a document; its line says it elsewhere.
    pub(crate) place: Option<String>,
    /// Place of its kind among the mapping's kinds of records.
    pub(crate) kind: Option<usize>,
    /// Identifies the content: identical rows have the same.
    pub(crate) content: blake3::Hash,
    pub(crate) values: Result<Vec<Option<String>>, String>,
    /// The row as text, when it has no values; cut to what is kept.
    pub(crate) raw: String,
}

impl Row {
    /// Where in the file something stands, for messages: a column of the row, or all of it.
    pub(crate) fn at(&self, column: Option<&str>) -> String {
        let place = match &self.place {
            Some(place) => place.clone(),
            None => format!("line {}", self.line),
        };
        match (column, &self.place) {
            (None, _) => place,
            (Some(column), Some(_)) => format!("{}/{column}", place.trim_end_matches('/')),
            (Some(column), None) => format!("{place}, column {column}"),
        }
    }
}

/// Reads the rows of files, one file after the other.
pub(crate) struct Rows<'m> {
    files: Vec<PathBuf>,
    mapping: &'m Mapping,
    /// Files opened so far.
    opened: usize,
    open: Open,
}

enum Open {
    Nothing,
    Csv {
        reader: Box<csv::Reader<File>>,
        record: csv::ByteRecord,
        /// Place in the record of each mapped column.
        places: Vec<usize>,
        fields: usize,
    },
    Jsonl {
        reader: BufReader<File>,
        line: u64,
    },
    /// A file that was read as a whole.
    Whole(std::vec::IntoIter<Row>),
}

impl<'m> Rows<'m> {
    pub(crate) fn open(files: &[PathBuf], mapping: &'m Mapping) -> Result<Rows<'m>, FileError> {
        let mut rows = Rows {
            files: files.to_vec(),
            mapping,
            opened: 0,
            open: Open::Nothing,
        };
        rows.open_next()?;
        Ok(rows)
    }

    fn open_next(&mut self) -> Result<bool, FileError> {
        let Some(file) = self.files.get(self.opened) else {
            return Ok(false);
        };
        self.opened += 1;
        let opened = File::open(file).map_err(|error| read_error(file, error))?;
        self.open = match &self.mapping.layout {
            Layout::Csv { delimiter } => open_csv(file, opened, self.mapping, *delimiter)?,
            Layout::Jsonl => Open::Jsonl {
                reader: BufReader::new(opened),
                line: 0,
            },
            Layout::Json(kinds) => {
                let bytes = read_whole(file)?;
                Open::Whole(document::json_rows(&bytes, kinds, self.mapping).into_iter())
            }
            Layout::Xml(kinds) => {
                let bytes = read_whole(file)?;
                Open::Whole(document::xml_rows(&bytes, kinds, self.mapping).into_iter())
            }
            Layout::Shdr(items) => {
                let bytes = read_whole(file)?;
                Open::Whole(shdr::rows(&String::from_utf8_lossy(&bytes), items).into_iter())
            }
        };
        Ok(true)
    }

    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            let row = match &mut self.open {
                Open::Nothing => Ok(None),
                Open::Whole(rows) => Ok(rows.next()),
                Open::Csv {
                    reader,
                    record,
                    places,
                    fields,
                } => next_csv(reader, record, places, *fields),
                Open::Jsonl { reader, line } => next_jsonl(reader, &self.mapping.columns, line),
            };
            let file = self.opened.saturating_sub(1);
            match row.map_err(|error| read_error(&self.files[file], error))? {
                Some(row) => return Ok(Some(Row { file, ..row })),
                None if self.open_next()? => {}
                None => return Ok(None),
            }
        }
    }
}

/// Identifies what a row says, whatever its place in the file.
pub(crate) fn content_of(kind: Option<usize>, values: &[Option<String>]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&kind.map_or(u64::MAX, |kind| kind as u64).to_le_bytes());
    for value in values {
        let text = value.as_deref().unwrap_or("");
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize()
}

/// The bytes of a file that must be read as a whole.
pub(crate) fn read_whole(file: &Path) -> Result<Vec<u8>, FileError> {
    let opened = File::open(file).map_err(|error| read_error(file, error))?;
    let mut bytes = Vec::new();
    let limit = DOCUMENT_BYTES_MAX + 1;
    let read = opened.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| read_error(file, error))?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        let file = file.to_owned();
        return Err(FileError::TooLarge { file });
    }
    Ok(bytes)
}

fn read_error(file: &Path, error: std::io::Error) -> FileError {
    FileError::Read {
        file: file.to_owned(),
        error,
    }
}

fn open_csv(
    file: &Path,
    opened: File,
    mapping: &Mapping,
    delimiter: u8,
) -> Result<Open, FileError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
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
    Ok(Open::Csv {
        reader: Box::new(reader),
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
        file: 0,
        line: record.position().map_or(0, csv::Position::line),
        place: None,
        kind: None,
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
            file: 0,
            line: *line,
            place: None,
            kind: None,
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

/// What is kept of a row that cannot be read, in bytes.
pub(crate) const RAW_KEPT_BYTES: usize = 16 * 1024;

/// A row with control characters could grow sixfold when it is written as JSON: what is kept of a
/// row that cannot be read stays far below the limit of a message.
pub(crate) fn cut(mut text: String) -> String {
    let mut end = text.len().min(RAW_KEPT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
