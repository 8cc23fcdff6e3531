//! The check digit of GS1 keys, such as the number on a pallet's label.

/// Digits of a serial shipping container code (SSCC, GS1 General Specifications, AI 00).
pub(crate) const SSCC_DIGITS: usize = 18;

/// The digit that makes a key of these digits right: weights 3 and 1 from the right, modulo 10.
/// `None` when something else than digits is among them.
pub(crate) fn check_digit(digits: &str) -> Option<u32> {
    let mut sum = 0;
    for (place, digit) in digits.chars().rev().enumerate() {
        sum += digit.to_digit(10)? * if place % 2 == 0 { 3 } else { 1 };
    }
    Some((10 - sum % 10) % 10)
}

/// Whether a text is digits of which the last one is right.
pub(crate) fn has_check_digit(key: &str) -> bool {
    let Some((digits, last)) = key.split_at_checked(key.len().saturating_sub(1)) else {
        return false;
    };
    let last = last.chars().next().and_then(|digit| digit.to_digit(10));
    last.is_some() && check_digit(digits) == last
}
