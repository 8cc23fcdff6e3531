//! Apache Parquet: one group of rows after the other, each column with its type.

use std::io::Write;
use std::mem;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::ExportError;
use super::row::Cell;
use super::table::{Column, ColumnType, Sink, Table};

/// Rows of a group. So many are kept until they are written.
const GROUP_ROWS: usize = 10_000;

pub(super) struct ParquetFile<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(super) fn new(out: W, table: &Table) -> Result<ParquetFile<W>> {
        let columns: Result<Vec<_>> = table.columns.iter().map(schema_of).collect();
        let schema = Type::group_type_builder(&table.name.replace('-', "_"))
            .with_fields(columns?)
            .build()?;
        let properties = Arc::new(WriterProperties::builder().build());
        Ok(ParquetFile {
            file: SerializedFileWriter::new(out, Arc::new(schema), properties)?,
            rows: Vec::new(),
        })
    }

    fn write_group(&mut self) -> Result<()> {
        let rows = mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let mut place = 0;
        while let Some(mut column) = group.next_column()? {
            let cells = rows.iter().filter_map(|row| row.get(place));
            write_column(column.untyped(), cells)?;
            column.close()?;
            place += 1;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Sink for ParquetFile<W> {
    fn put(&mut self, _: &Table, row: Vec<Cell>) -> std::result::Result<(), ExportError> {
        self.rows.push(row);
        if self.rows.len() >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self) -> std::result::Result<(), ExportError> {
        self.write_group()?;
        self.file.close()?;
        Ok(())
    }
}

fn schema_of(column: &Column) -> Result<Arc<Type>> {
    let (physical, logical) = match column.holds {
        ColumnType::Text | ColumnType::Decimal => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnType::Whole => (Physical::INT64, None),
        ColumnType::Flag => (Physical::BOOLEAN, None),
        ColumnType::Time => {
            let utc = LogicalType::timestamp(true, TimeUnit::MICROS);
            (Physical::INT64, Some(utc))
        }
    };
    let column = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(column))
}

/// Writes the known values, and for each row whether it has one.
fn write_column<'c>(
    column: &mut ColumnWriter<'_>,
    cells: impl Iterator<Item = &'c Cell>,
) -> Result<()> {
    let (mut texts, mut numbers, mut flags, mut known) = (vec![], vec![], vec![], vec![]);
    for cell in cells {
        known.push(i16::from(*cell != Cell::Unknown));
        match cell {
            Cell::Unknown => {}
            Cell::Text(text) => texts.push(ByteArray::from(text.as_str())),
            Cell::Whole(number) => numbers.push(*number),
            Cell::Time(time) => numbers.push(time.as_micros()),
            Cell::Flag(flag) => flags.push(*flag),
        }
    }
    match column {
        ColumnWriter::ByteArrayColumnWriter(it) => it.write_batch(&texts, Some(&known), None)?,
        ColumnWriter::Int64ColumnWriter(it) => it.write_batch(&numbers, Some(&known), None)?,
        ColumnWriter::BoolColumnWriter(it) => it.write_batch(&flags, Some(&known), None)?,
        _ => return Err(ParquetError::General("no column has this type".to_owned())),
    };
    Ok(())
}
