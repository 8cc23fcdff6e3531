//! Lines of an MTConnect adapter's stream (SHDR): a time, then names and values between bars.

use jiff::Timestamp;

use crate::shdr_items::ShdrItems;

/// One line of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ShdrLine {
    /// A line of the protocol (`* …`), or an asset: nothing about the machine's state.
    Beside,
    /// An asset of several lines, which ends with a line like this.
    Opens(String),
    /// Names and values.
    Values(Timestamp, Vec<(String, String)>),
    /// A condition, and whether it is a fault.
    Condition(Timestamp, String, bool),
}

impl ShdrLine {
    /// Reads a line without its end.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(line: &str, items: &ShdrItems) -> Result<ShdrLine, String> {
        if line.starts_with('*') {
            return Ok(ShdrLine::Beside);
        }
        let fields = split(line);
        let [stamp, name, rest @ ..] = fields.as_slice() else {
            return Err("is no line of a stream: a time, names and values between bars".to_owned());
        };
        let at = read_stamp(stamp)?;
        if name.starts_with('@') {
            let last = rest.last().map_or("", String::as_str);
            return Ok(match last.starts_with("--multiline--") {
                true => ShdrLine::Opens(last.to_owned()),
                false => ShdrLine::Beside,
            });
        }
        let name = without_device(name);
        if items.conditions.iter().any(|condition| condition == name) {
            let level = rest.first().map_or("", String::as_str);
            return match level {
                "FAULT" => Ok(ShdrLine::Condition(at, name.to_owned(), true)),
                "NORMAL" | "WARNING" | "UNAVAILABLE" => {
                    Ok(ShdrLine::Condition(at, name.to_owned(), false))
                }
                _ => Err(format!("{name}: {level:?} is no level of a condition")),
            };
        }
        let mut values = Vec::new();
        for pair in fields[1..].chunks(2) {
            let name = without_device(&pair[0]);
            let looked_at = items.watch.iter().chain(&items.count);
            if !looked_at.into_iter().any(|item| item == name) {
                continue;
            }
            let Some(value) = pair.get(1) else {
                return Err(format!("{name} has no value"));
            };
            let value = match items.count.iter().any(|item| item == name) {
                // What follows a colon says why the counter was set back.
                true => value.split(':').next().unwrap_or_default(),
                false => value,
            };
            values.push((name.to_owned(), value.to_owned()));
        }
        Ok(ShdrLine::Values(at, values))
    }
}

/// The time of a line; the duration of a sample may follow it (`…Z@100.0`).
fn read_stamp(text: &str) -> Result<Timestamp, String> {
    let stamp = text.split('@').next().unwrap_or_default();
    stamp
        .parse()
        .map_err(|_| format!("{text:?} is no time with its offset"))
}

/// Streams of several machines put the machine before the item: `OKUMA:avail`.
fn without_device(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, item)| item)
}

/// The fields between bars. A value in quotes may have bars of its own (`"a\|b"`).
fn split(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let end = inner.match_indices('"').map(|(at, _)| at);
            let end = end.into_iter().find(|at| {
                let after = &inner[at + 1..];
                after.is_empty() || after.starts_with('|')
            })?;
            Some((&inner[..end], &inner[end + 1..]))
        });
        let (field, after) = match quoted {
            Some((inner, after)) => (inner.replace("\\|", "|"), after),
            None => {
                let end = rest.find('|').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix('|') {
            Some(next) => rest = next,
            None => return fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> ShdrItems {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ShdrItems {
            watch: names(&["avail", "exec"]),
            count: names(&["parts"]),
            conditions: names(&["system"]),
        }
    }

    fn values(line: &str) -> Vec<(String, String)> {
        match ShdrLine::parse(line, &items()) {
            Ok(ShdrLine::Values(_, values)) => values,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_line_names_several_items_and_only_those_looked_at_are_kept() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (line, expected) in [
            (
                "2022-08-08T13:51:34.7167146Z|exec|ACTIVE|load|7|avail|AVAILABLE",
                vec![pair("exec", "ACTIVE"), pair("avail", "AVAILABLE")],
            ),
            (
                "2022-08-08T13:51:34Z@100.0|OKUMA:parts|3:MANUAL",
                vec![pair("parts", "3")],
            ),
            (
                "2022-08-08T13:51:34Z|msg|\"a\\|b\"|exec|READY",
                vec![pair("exec", "READY")],
            ),
            ("2022-08-08T13:51:34Z|exec||load", vec![pair("exec", "")]),
        ] {
            assert_eq!(values(line), expected, "{line}");
        }
    }

    #[test]
    fn assets_and_lines_of_the_protocol_say_nothing_of_the_machine() {
        let parse = |line: &str| ShdrLine::parse(line, &items());
        assert_eq!(parse("* PONG 10000"), Ok(ShdrLine::Beside));
        assert_eq!(
            parse("2022-08-08T13:43:36Z|@REMOVE_ASSET@|123456.2201"),
            Ok(ShdrLine::Beside)
        );
        assert_eq!(
            parse("2022-08-08T13:43:36Z|@ASSET@|1.2|CuttingTool|--multiline--ABCD"),
            Ok(ShdrLine::Opens("--multiline--ABCD".to_owned()))
        );
    }

    #[test]
    fn a_condition_is_a_fault_or_none() {
        for (line, fault) in [
            ("2022-08-08T13:51:34Z|system|FAULT|E1|1|HIGH|broken", true),
            ("2022-08-08T13:51:34Z|system|NORMAL||||", false),
        ] {
            let read = ShdrLine::parse(line, &items());
            assert!(
                matches!(read, Ok(ShdrLine::Condition(_, _, f)) if f == fault),
                "{line}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (line, expected) in [
            ("2|@ASSET@|EM233|CuttingTool|<x/>", "\"2\" is no time"),
            ("105=1 106=600000", "is no line of a stream"),
            ("yesterday|exec|READY", "\"yesterday\" is no time"),
            (
                "2022-08-08T13:51:34|exec|READY",
                "is no time with its offset",
            ),
            ("2022-08-08T13:51:34Z|exec", "exec has no value"),
            (
                "2022-08-08T13:51:34Z|system|SOSO||||",
                "\"SOSO\" is no level",
            ),
        ] {
            let error = ShdrLine::parse(line, &items()).unwrap_err();
            assert!(error.contains(expected), "{line}: {error}");
        }
    }
}
