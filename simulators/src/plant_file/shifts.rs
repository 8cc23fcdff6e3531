//! Open times of a week, turned into the closed ones.

use super::invalid::Reason;

/// Microseconds of one day.
const DAY_US: i64 = 86_400_000_000;
/// Microseconds of one minute.
const MINUTE_US: i64 = 60_000_000;
/// The cycle of shifts: a week that begins on Monday at midnight, microseconds.
pub(super) const WEEK_US: i64 = 7 * DAY_US;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The closed times (begin, end) of a week, microseconds from its begin.
///
/// # Errors
/// [`Reason::Shift`] with the text that is none.
pub(super) fn closed(open: &[String]) -> Result<Box<[(i64, i64)]>, Reason> {
    let mut times = Vec::new();
    for text in open {
        let read = shift(text).ok_or_else(|| Reason::Shift(text.clone()))?;
        times.extend(read);
    }
    times.sort_unstable();
    let mut closed = Vec::new();
    let mut until = 0;
    for (begin, end) in times {
        if begin > until {
            closed.push((until, begin));
        }
        until = until.max(end);
    }
    if until < WEEK_US {
        closed.push((until, WEEK_US));
    }
    Ok(closed.into_boxed_slice())
}

/// The open times of one text, microseconds from the begin of the week; a shift over midnight
/// ends on the next day, that of Sunday on Monday.
fn shift(text: &str) -> Option<Vec<(i64, i64)>> {
    let (days, hours) = text.split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let number = |day: &str| DAYS.iter().position(|&name| name == day);
    let (first, last) = (number(first)?, number(last)?);
    let (from, to) = hours.trim().split_once('-')?;
    let (from, to) = (clock(from)?, clock(to)?);
    let length = if to > from {
        to - from
    } else {
        to + DAY_US - from
    };
    let mut open = Vec::new();
    for day in (first..=last).filter(|_| first <= last) {
        let begin = day as i64 * DAY_US + from;
        let end = begin + length;
        open.push((begin, end.min(WEEK_US)));
        if end > WEEK_US {
            open.push((0, end - WEEK_US));
        }
    }
    (!open.is_empty()).then_some(open)
}

/// A time of day in microseconds; 24:00 is the end of the day.
fn clock(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let valid = (0..24).contains(&hours) && (0..60).contains(&minutes);
    (valid || (hours, minutes) == (24, 0)).then_some((hours * 60 + minutes) * MINUTE_US)
}

#[cfg(test)]
mod tests {
    use super::{DAY_US, WEEK_US, closed};

    const HOUR_US: i64 = 3_600_000_000;

    #[test]
    fn what_is_between_open_times_is_closed_also_over_midnight_and_the_end_of_the_week() {
        let open = [
            "mon-fri 06:00-22:00".to_owned(),
            "sun 22:00-02:00".to_owned(),
        ];
        let closed = closed(&open).expect("readable");
        assert_eq!(closed[0], (2 * HOUR_US, 6 * HOUR_US));
        assert_eq!(closed[1], (22 * HOUR_US, DAY_US + 6 * HOUR_US));
        assert_eq!(
            closed.last(),
            Some(&(4 * DAY_US + 22 * HOUR_US, 6 * DAY_US + 22 * HOUR_US))
        );
        assert!(
            closed
                .iter()
                .all(|&(begin, end)| begin < end && end <= WEEK_US)
        );
    }

    #[test]
    fn what_is_no_shift_is_named() {
        for text in ["mon", "mon 6-7", "fri-mon 06:00-07:00", "mon 25:00-26:00"] {
            let refused = closed(&[text.to_owned()]).expect_err(text);
            assert!(refused.to_string().contains(text), "{refused}");
        }
    }
}
