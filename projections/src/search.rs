//! Full text: entities whose ids and names have all the words that somebody looks for.

use twin_model::Entity;

use crate::problem::Problem;

/// Words of a search.
const WORDS_MAX: usize = 8;
/// Length of a search, bytes.
const SEARCH_BYTES_MAX: usize = 200;

/// Words that must all be found, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// Reads words that blanks part.
    ///
    /// # Errors
    /// [`Problem`] when there is none, or there are too many.
    pub(crate) fn parse(said: &str) -> Result<Words, Problem> {
        if said.len() > SEARCH_BYTES_MAX {
            let text = format!(
                "q: it is {} bytes long; at most {SEARCH_BYTES_MAX} may be given",
                said.len()
            );
            return Err(Problem::bad_query(text));
        }
        let words: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
        match words.len() {
            0 => Err(Problem::bad_query(
                "q: it has no word; give parts of ids or names, like q=steel 1002".to_owned(),
            )),
            1..=WORDS_MAX => Ok(Words(words)),
            many => Err(Problem::bad_query(format!(
                "q: it has {many} words; at most {WORDS_MAX} may be given"
            ))),
        }
    }

    /// Whether each word is in one of the texts of the entity.
    pub(crate) fn are_in(&self, entity: &Entity) -> bool {
        let texts = texts(entity);
        let texts = || texts.iter().copied().flatten();
        self.0
            .iter()
            .all(|word| texts().any(|text| is_in(word, text)))
    }
}

/// What is looked through of an entity: its id, what it is of, and what people call it.
fn texts(entity: &Entity) -> [Option<&str>; 3] {
    match entity {
        Entity::WorkOrder(it) => [
            Some(it.id().as_str()),
            Some(it.material().as_str()),
            it.sales_order().map(|order| order.as_str()),
        ],
        Entity::Lot(it) => [
            Some(it.id().as_str()),
            Some(it.material().as_str()),
            it.order().map(|order| order.as_str()),
        ],
        Entity::WorkCenter(it) => [
            Some(it.id().as_str()),
            it.reason().map(|reason| reason.as_str()),
            None,
        ],
        Entity::Hold(it) => [
            Some(it.id().as_str()),
            Some(it.reason().as_str()),
            Some(it.placed_by()),
        ],
        Entity::Shipment(it) => [
            Some(it.id().as_str()),
            it.customer().map(|customer| customer.as_str()),
            None,
        ],
        Entity::Process(it) => [Some(it.id().as_str()), None, None],
        Entity::Inspection(it) => [
            Some(it.id().as_str()),
            it.lot().map(|lot| lot.as_str()),
            it.order().map(|order| order.as_str()),
        ],
        Entity::Nonconformance(it) => [
            Some(it.id().as_str()),
            Some(it.defect().as_str()),
            it.order().map(|order| order.as_str()),
        ],
        Entity::Material(it) => [Some(it.id().as_str()), None, None],
        Entity::Routing(it) => [
            Some(it.id().as_str()),
            it.versions().last().map(|version| version.name().as_str()),
            None,
        ],
        Entity::LogisticUnit(it) => [Some(it.id().as_str()), None, None],
        _ => [None; 3],
    }
}

/// Whether a word in small letters is somewhere in a text.
fn is_in(word: &str, text: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let mut places = text.as_bytes().windows(word.len());
    places.any(|place| place.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_anywhere_and_in_any_letters() {
        for (word, text, found) in [
            ("1002", "WO-100264", true),
            ("wo-1", "WO-100264", true),
            ("wo-2", "WO-100264", false),
            ("größe", "GRÖSSE", false),
            ("grö", "Maß GRÖßER", true),
            ("longer than it", "short", false),
        ] {
            assert_eq!(is_in(word, text), found, "{word} in {text}");
        }
    }

    #[test]
    fn a_search_without_words_or_with_too_many_is_refused() {
        for said in ["", "  ", &"w ".repeat(WORDS_MAX + 1), &"w".repeat(201)] {
            assert!(Words::parse(said).is_err(), "{said:?}");
        }
        assert_eq!(
            Words::parse(" Steel  1002 ").unwrap(),
            Words(vec!["steel".to_owned(), "1002".to_owned()])
        );
    }
}
