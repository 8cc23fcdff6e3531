//! Texts with columns in braces: `WO-{order}`, `{material}/{batch:alpha}`.

use toml::Spanned;

use crate::mapping::{Check, MappingError};
use crate::reading::{Fault, without_zeros};

/// A text that is made from columns.
#[derive(Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Column { column: usize, form: Form },
}

/// How a column stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    AsItIs,
    /// `:alpha`: a number without the zeros before it.
    Alpha,
    /// `:number`: so too, and none where it is zeros only, which is a system's way to say nothing.
    Number,
}

impl Template {
    pub(crate) fn check<T>(
        at: &Spanned<T>,
        template: &str,
        check: &Check<'_>,
        key: &str,
    ) -> Result<Template, MappingError> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let Some(len) = rest[open..].find('}') else {
                return Err(check.wrong(at, key, "an opening brace is never closed"));
            };
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let inner = &rest[open + 1..open + len];
            let (name, form) = match inner.rsplit_once(':') {
                Some((name, "alpha")) => (name, Form::Alpha),
                Some((name, "number")) => (name, Form::Number),
                _ => (inner, Form::AsItIs),
            };
            let column = check.column(at, key, name)?;
            parts.push(Part::Column { column, form });
            rest = &rest[open + len + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Template(parts))
    }

    /// The text for a row.
    ///
    /// # Errors
    /// [`Fault`] when one of its columns is empty: half an identifier names something else.
    pub(crate) fn text(&self, values: &[Option<String>]) -> Result<String, Fault> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Column { column, form } => {
                    let value = values[*column].as_deref().unwrap_or("");
                    let is_none = *form == Form::Number && value.bytes().all(|byte| byte == b'0');
                    if value.is_empty() || is_none {
                        return Err(Fault::empty(*column));
                    }
                    text.push_str(match form {
                        Form::AsItIs => value,
                        Form::Alpha | Form::Number => without_zeros(value),
                    });
                }
            }
        }
        Ok(text)
    }
}
