//! What RabbitMQ says when something exists with another argument than it was asked for with.

/// One argument that differs. The broker names only the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inequivalence {
    /// Its name, like `x-delivery-limit` or `durable`.
    pub(crate) argument: String,
    /// What was asked for; `none` when nothing was.
    pub(crate) asked: String,
    /// What is there; `none` when nothing is.
    pub(crate) there: String,
}

impl Inequivalence {
    /// Reads the text of a 406, like `PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for
    /// queue 'q' in vhost '/': received the value '20' of type 'signedint' but current is none`.
    /// `None` when it is another one.
    pub(crate) fn read(text: &str) -> Option<Inequivalence> {
        let (_, rest) = text.split_once("inequivalent arg '")?;
        let (argument, rest) = rest.split_once("' for ")?;
        // From the end: the names of queue and vhost are anybody's, and may hold these words.
        let (rest, there) = rest.rsplit_once(" but current is ")?;
        let (_, asked) = rest.rsplit_once(": received ")?;
        Some(Inequivalence {
            argument: argument.to_owned(),
            asked: value_of(asked).to_owned(),
            there: value_of(there).to_owned(),
        })
    }
}

/// The value itself, of `the value '20' of type 'long'`, `'true'` or `none`.
fn value_of(text: &str) -> &str {
    let text = text.strip_prefix("the value ").unwrap_or(text);
    let text = text
        .split_once("' of type '")
        .map_or(text, |(value, _)| value);
    let text = text.strip_prefix('\'').unwrap_or(text);
    text.strip_suffix('\'').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, String)> {
        let found = Inequivalence::read(text)?;
        Some((found.argument, found.asked, found.there))
    }

    fn three(argument: &str, asked: &str, there: &str) -> Option<(String, String, String)> {
        Some((argument.to_owned(), asked.to_owned(), there.to_owned()))
    }

    #[test]
    fn both_values_are_read_whatever_their_types_are() {
        let limit = "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue \
                     'twin.in.P1' in vhost '/': received the value '20' of type 'long' but current \
                     is the value '5' of type 'signedint'";
        assert_eq!(read(limit), three("x-delivery-limit", "20", "5"));
        let none = "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'q' in vhost \
                    '/': received the value 'reject-publish' of type 'longstr' but current is none";
        assert_eq!(read(none), three("x-overflow", "reject-publish", "none"));
        let kind = "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'twin.in' in vhost \
                    '/': received 'topic' but current is 'direct'";
        assert_eq!(read(kind), three("type", "topic", "direct"));
    }

    #[test]
    fn a_name_that_holds_the_brokers_own_words_does_not_mislead() {
        let text = "inequivalent arg 'durable' for queue 'a: received 'x' but current is 'y' in \
                    vhost 'v': received 'true' but current is 'false'";
        assert_eq!(read(text), three("durable", "true", "false"));
    }

    #[test]
    fn another_refusal_is_not_taken_for_one() {
        for text in [
            "",
            "PRECONDITION_FAILED - unknown delivery tag 1",
            "PRECONDITION_FAILED - inequivalent arg 'x' for queue 'q' in vhost '/'",
            "NOT_FOUND - no queue 'q' in vhost '/'",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
