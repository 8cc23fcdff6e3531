//! Lists in sentences, which have no end of their own.

use std::fmt::Display;

use smol_str::{SmolStr, format_smolstr};

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

/// A value that is a list in words, as a sentence shows it: a long one by its first names. Whether
/// two are the same is asked of the whole.
pub(crate) fn shortened(list: SmolStr) -> SmolStr {
    const BETWEEN: &str = ", ";
    match list.match_indices(BETWEEN).nth(NAMES_MAX - 1) {
        None => list,
        Some((end, _)) => {
            let more = list[end..].matches(BETWEEN).count();
            format_smolstr!("{} and {more} more", &list[..end])
        }
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

    #[test]
    fn a_value_that_is_a_long_list_is_shown_by_its_first_names() {
        let list = |n: i32| -> SmolStr {
            let names: Vec<String> = (1..=n).map(|name| format!("L{name} 5 KGM")).collect();
            names.join(", ").into()
        };
        for n in [0, 1, 9, 10] {
            assert_eq!(shortened(list(n)), list(n));
        }
        assert_eq!(shortened(list(11)), format!("{} and 1 more", list(10)));
        assert_eq!(shortened(list(1_000)), format!("{} and 990 more", list(10)));
    }
}
