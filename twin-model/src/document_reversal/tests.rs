use proptest::prelude::*;

use super::*;

fn id(n: u8) -> EventId {
    format!("e{n}").parse().unwrap()
}

fn document(n: u8) -> SmolStr {
    format!("D{n}").into()
}

/// One reversal: document, minute, event, operation (0 for all).
type Told = (u8, i64, u8, u8);

fn reversal((of, minute, by, op): Told) -> DocumentReversal {
    DocumentReversal {
        document: document(of),
        word: Reversal {
            at: Time::EPOCH.plus_seconds(minute * 60),
            by: id(by),
            reason: "x".into(),
        },
        op: (op > 0).then(|| op.to_string().parse().unwrap()),
    }
}

fn order() -> WorkOrderId {
    "WO".parse().unwrap()
}

fn admit(kept: &DocumentReversals, said: Option<Told>, reaches: bool) -> Result<(), &'static str> {
    let said = said.map(reversal);
    let already = || Rejection::AlreadyReversed {
        confirmation: "D".into(),
        by: id(0),
    };
    let refused = kept.admit(&order(), said.as_ref(), reaches, already);
    refused.map_err(|rejection| match rejection {
        Rejection::AlreadyReversed { .. } => "already",
        Rejection::TooManyReversals { max, .. } => {
            assert_eq!(max, DOCUMENT_REVERSALS_PER_ORDER_MAX);
            "too many"
        }
        other => panic!("{other}"),
    })
}

#[test]
fn only_what_reaches_something_or_says_something_new_is_taken() {
    let kept = DocumentReversals::from_iter([reversal((1, 10, 5, 1))]);
    assert_eq!(admit(&kept, None, false), Err("already"), "one event");
    assert_eq!(admit(&kept, None, true), Ok(()));
    for (said, is_new) in [
        ((1, 10, 5, 1), false),
        ((1, 10, 6, 1), false),
        // An earlier event of the same moment counts, whatever came first.
        ((1, 10, 4, 1), true),
        ((1, 9, 6, 1), true),
        ((1, 11, 6, 1), true),
        ((1, 10, 6, 2), true),
        ((1, 10, 6, 0), true),
        ((2, 10, 6, 1), true),
    ] {
        let expected = if is_new { Ok(()) } else { Err("already") };
        assert_eq!(admit(&kept, Some(said), false), expected, "{said:?}");
        assert_eq!(admit(&kept, Some(said), true), Ok(()), "{said:?}");
    }
    let all = DocumentReversals::from_iter([reversal((1, 10, 5, 0))]);
    assert_eq!(admit(&all, Some((1, 10, 6, 2)), false), Err("already"));
    assert_eq!(admit(&all, Some((1, 10, 4, 2)), false), Ok(()));
}

#[test]
fn a_list_that_is_full_takes_what_it_knows_and_what_names_no_document() {
    let of = |n: usize| {
        let minute = i64::try_from(n).unwrap();
        (1, minute, 5, 0)
    };
    let all = (1..DOCUMENT_REVERSALS_PER_ORDER_MAX).map(|n| reversal(of(n)));
    let mut kept: DocumentReversals = all.collect();
    assert_eq!(admit(&kept, Some((2, 1, 5, 0)), true), Ok(()), "the last");
    kept.keep(reversal((2, 1, 5, 0)));
    assert_eq!(kept.iter().count(), DOCUMENT_REVERSALS_PER_ORDER_MAX);
    for reaches in [false, true] {
        assert_eq!(admit(&kept, Some((3, 1, 5, 0)), reaches), Err("too many"));
    }
    assert_eq!(admit(&kept, None, true), Ok(()));
    assert_eq!(admit(&kept, Some(of(1)), false), Err("already"));
}

proptest! {
    /// Kept are those that no other one says as well, and what reaches something is what a plain
    /// list of all that was said finds.
    #[test]
    fn what_was_said_is_found_by_its_document_in_any_order(
        told in prop::collection::vec((0_u8..9, 0_i64..4, 0_u8..3, 0_u8..3), 0..60),
        asked in prop::collection::vec((0_u8..10, 0_i64..5, 0_u8..3), 20),
    ) {
        let all: Vec<DocumentReversal> = told.iter().copied().map(reversal).collect();
        let kept: DocumentReversals = all.iter().cloned().collect();
        let backwards: DocumentReversals = all.iter().rev().cloned().collect();
        prop_assert_eq!(&kept, &backwards);
        let known: Vec<&DocumentReversal> = kept.iter().collect();
        prop_assert!(known.is_sorted());
        for one in &known {
            let others = known.iter().filter(|other| other != &one && other.document == one.document);
            prop_assert!(others.clone().all(|other| !other.says(one)), "{:?}", one);
        }
        for (of, minute, op) in asked {
            let at = Time::EPOCH.plus_seconds(minute * 60);
            let op: Option<OperationId> = (op > 0).then(|| op.to_string().parse().unwrap());
            let reaches = |it: &&DocumentReversal| {
                let of_op = it.op.is_none() || it.op == op;
                it.document == document(of) && it.word.at >= at && of_op
            };
            let first = all.iter().filter(reaches).map(|it| &it.word).min();
            let found = kept.reaching(&document(of), op.as_ref(), at);
            prop_assert_eq!(found.map(|it| &it.word), first);
        }
    }

    #[test]
    fn a_document_has_the_reports_that_bear_it_and_no_others(
        told in prop::collection::vec((0_u8..9, any::<u8>()), 0..120),
    ) {
        let id = |n: u8| ReportId([n; 16]);
        let noted: DocumentedReports =
            told.iter().map(|(of, report)| (document(*of), id(*report))).collect();
        for of in 0..10 {
            let borne = told.iter().filter(|(document, _)| *document == of);
            let mut borne: Vec<ReportId> = borne.map(|(_, report)| id(*report)).collect();
            borne.sort_unstable();
            borne.dedup();
            prop_assert_eq!(noted.of(&document(of)).collect::<Vec<_>>(), borne);
        }
        prop_assert!(noted.iter().is_sorted());
    }
}
