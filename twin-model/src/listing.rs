//! Lists in sentences, which have no end of their own.

use std::fmt::Display;

/// Names that a sentence gives; the others are counted.
const NAMES_MAX: usize = 10;

/// Names in words: the first ten, and how many more there are.
#[must_use]
pub fn listed(names: impl IntoIterator<Item = impl Display>) -> String {
    let mut names = names.into_iter();
    let first = names.by_ref().take(NAMES_MAX);
    let text = first.map(|name| name.to_string()).collect::<Vec<_>>();
    let text = text.join(", ");
    match names.count() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_named_and_the_others_counted() {
        assert_eq!(listed(0..0), "");
        assert_eq!(listed(0..1), "0");
        assert_eq!(listed(1..11), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
        assert_eq!(listed(1..12), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1 more");
        assert_eq!(
            listed(1..=4_000),
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3990 more"
        );
    }
}
