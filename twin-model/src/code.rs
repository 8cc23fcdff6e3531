//! Codes and kinds of rejections, stable for ever once given out.

use std::fmt;
use std::str::FromStr;

/// What happens to an event that meets a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Refused: nothing can satisfy the rule any more (X).
    Refuse,
    /// Parked until its cause arrives, then tried again by itself (P).
    Park,
    /// Accepted, with a discrepancy for people to see (D).
    Discrepancy,
    /// Put before a person (Q).
    Exception,
}

/// The code of a rejection, shown as `TWIN-R07`. Codes are never used for another rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u8);

macro_rules! codes {
    ($($name:ident = $number:literal, $doc:literal;)+) => {
        impl Code {$(
            #[doc = $doc]
            pub const $name: Code = Code($number);
        )+
            /// Every code that this twin can give, in ascending order.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
        }
    };
}

codes! {
    R01 = 1, "The object is not known yet.";
    R02 = 2, "The object's state does not allow this.";
    R03 = 3, "The order is not released.";
    R04 = 4, "More would be delivered than was ordered and tolerated.";
    R05 = 5, "An operation reports more than its predecessor has finished.";
    R06 = 6, "A predecessor has nothing ready yet.";
    R07 = 7, "On hold.";
    R08 = 8, "Contains a lot that is on hold.";
    R09 = 9, "The lot is no longer what the gate cleared.";
    R10 = 10, "Expired.";
    R11 = 11, "Not decided by quality.";
    R12 = 12, "The decided quantities do not add up.";
    R13 = 13, "Not entitled to release a hold.";
    R14 = 14, "The hold is already released.";
    R15 = 15, "A lot cannot come from itself.";
    R16 = 16, "Not enough in the lot.";
    R17 = 17, "Not enough in the lot yet.";
    R18 = 18, "A material that the order does not list.";
    R19 = 19, "No conversion between the units.";
    R20 = 20, "Not a whole number of a counted unit.";
    R21 = 21, "A counter fell.";
    R22 = 22, "More operations run than the work center can.";
    R23 = 23, "Maintenance has the work center.";
    R24 = 24, "A work center is silent.";
    R25 = 25, "Already received.";
    R26 = 26, "The same id with different content.";
    R27 = 27, "A late event; the order was recomputed.";
    R28 = 28, "Older than what can still be recognised or recomputed.";
    R29 = 29, "Already reversed.";
    R30 = 30, "Closed in ERP.";
    R31 = 31, "A foreign system wrote a field.";
    R32 = 32, "A system refused a command.";
    R33 = 33, "Unknown type or version.";
    R34 = 34, "Unreadable.";
    R35 = 35, "Lots without disposition.";
    R36 = 36, "ERP and the twin count different receipts.";
    R37 = 37, "A hold on a lot that was shipped before.";
    R38 = 38, "From the future.";
    R39 = 39, "An operation reports more good pieces than were released.";
    R40 = 40, "The twin itself failed on this event.";
    R41 = 41, "Larger than the limit.";
    R42 = 42, "The object is quarantined.";
    R43 = 43, "The identifier is already in use.";
    R44 = 44, "A negative quantity.";
    R45 = 45, "What a lot was made from is not booked yet.";
    R46 = 46, "The object's state does not allow this yet.";
    R47 = 47, "ERP ended an order on which work had begun.";
    R48 = 48, "People and machines count different pieces.";
    R49 = 49, "More reports of one operation than are kept.";
    R50 = 50, "More was taken out of a unit than was put in.";
    R51 = 51, "Nobody can tell what is in a unit.";
    R52 = 52, "More of one lot is told apart than is kept.";
    R53 = 53, "Decided again without a reopening.";
    R54 = 54, "Decided before everything was looked at.";
    R55 = 55, "Quality cancelled what had begun.";
    R56 = 56, "More was moved out of a usage status than had it.";
    R57 = 57, "A version comes too late: quantities were converted otherwise.";
    R58 = 58, "Pieces and weight do not agree.";
    R59 = 59, "An order used more than the warehouse gave it.";
    R60 = 60, "A version goes back.";
    R61 = 61, "An answer to a command that was not sent.";
    R62 = 62, "A command that nobody answers.";
    R63 = 63, "A command that was carried out more than once.";
    R64 = 64, "A process that sends more commands than are kept.";
    R65 = 65, "A unit cannot be in itself.";
    R66 = 66, "Quality has not decided in time.";
    R67 = 67, "An order used more or less of a material than the plant lets pass.";
    R68 = 68, "A nonconformance reaches a lot that was shipped before.";
    R69 = 69, "A retracted event that cannot be taken back by itself.";
    R73 = 73, "Readable, and without a place in this twin.";
    R74 = 74, "Declared wrong by its sender.";
    R75 = 75, "An order was closed with more than there can be.";
    R76 = 76, "The twin itself failed on this message.";
    R77 = 77, "The quota of the edge is used up.";
    R78 = 78, "The edge does not forward for this plant.";
    R79 = 79, "The disk of the edge refuses.";
    R80 = 80, "More of a lot was used than was free for use.";
    R81 = 81, "A material that is kept in lots was moved without one.";
    R89 = 89, "The central broker never takes the message.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TWIN-R{:02}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no rejection code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rejection code of this twin (like TWIN-R07)")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let number = text.strip_prefix("TWIN-R").ok_or(UnknownCode)?;
        let number: u8 = number.parse().map_err(|_| UnknownCode)?;
        Code::ALL
            .iter()
            .copied()
            .find(|code| code.0 == number)
            .ok_or(UnknownCode)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_read_back_from_their_text() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        for code in Code::ALL {
            assert_eq!(code.to_string().parse::<Code>(), Ok(*code));
        }
        assert_eq!("TWIN-R99".parse::<Code>(), Err(UnknownCode));
    }
}
