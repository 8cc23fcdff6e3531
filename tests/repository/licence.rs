//! Licence expressions as cargo manifests carry them (SPDX, with the old `/` for "or").

/// Whether the licences in `allowed` are enough to use something under `expression`.
///
/// # Panics
/// On an expression that does not read as SPDX.
pub(crate) fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        tokens: &tokens,
        allowed,
    };
    let verdict = reader.any_of();
    assert!(
        reader.tokens.is_empty(),
        "unreadable licence expression: {expression}"
    );
    verdict
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn take(&mut self, wanted: &str) -> bool {
        let found = self.tokens.first() == Some(&wanted);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn any_of(&mut self) -> bool {
        let mut verdict = self.all_of();
        while self.take("OR") {
            verdict |= self.all_of();
        }
        verdict
    }

    fn all_of(&mut self) -> bool {
        let mut verdict = self.one();
        while self.take("AND") {
            verdict &= self.one();
        }
        verdict
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let verdict = self.any_of();
            assert!(
                self.take(")"),
                "unreadable licence expression: bracket not closed"
            );
            return verdict;
        }
        let (name, rest) = self.tokens.split_first().expect("a licence name");
        self.tokens = rest;
        if self.take("WITH") {
            // An exception only adds permissions.
            self.tokens = &self.tokens[1..];
        }
        self.allowed.iter().any(|licence| licence == name)
    }
}
