//! One rejection or discrepancy per code, with the values of its page.

use std::str::FromStr;

use super::{of_edge, of_materials, of_packing};
use twin_model::{
    Code, Discrepancy, EntityKey, IntakeRejection, Kind, Owners, ProcessRejection,
    QualityRejection, Rejection, System, Time, Unit,
};

fn id<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

fn lot(text: &str) -> EntityKey {
    EntityKey::Lot(id(text))
}

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

/// In ascending order of their codes.
pub(crate) fn one_of_each() -> Vec<(Code, Kind, String)> {
    let rejections = of_orders()
        .into_iter()
        .chain(of_lots())
        .chain(of_quality())
        .chain(of_processes().into_iter().map(Rejection::from))
        .chain(of_materials::rejections())
        .chain(of_packing::rejections())
        .chain(of_edge::rejections())
        .chain(undecided().into_iter().map(Rejection::from))
        .chain(of_intake().into_iter().map(Rejection::from))
        .map(|r| (r.code(), r.kind(), r.to_string()));
    let discrepancies = discrepancies()
        .into_iter()
        .chain(discrepancies_of_orders())
        .chain(of_materials::discrepancies())
        .chain(of_packing::discrepancies())
        .chain(discrepancies_of_quality())
        .map(|d| (d.code(), Kind::Discrepancy, d.to_string()));
    let mut all: Vec<_> = rejections.chain(discrepancies).collect();
    all.sort();
    all
}

fn of_processes() -> Vec<ProcessRejection> {
    let confirmation = || "the confirmation of operation 20 of order WO-1001".to_owned();
    let command = || id("confirmation/WO-1001/20/1-1");
    vec![
        ProcessRejection::PostingRefused {
            system: System::Erp,
            what: confirmation(),
            erp_text: "Posting period 04 is not open".into(),
            erp_code: "M7053".into(),
            tries: 3,
            next: "2026-05-04T10:15:00Z".into(),
        },
        ProcessRejection::CommandNotKnown {
            object: EntityKey::Process(id("confirmation/WO-1001")),
            command: command(),
            event: "mfg.posting.acknowledged.v1",
        },
        ProcessRejection::Unanswered {
            system: System::Erp,
            what: confirmation(),
            command: command(),
            sent: 5,
            since: at("2026-05-04T09:00:00Z"),
        },
        ProcessRejection::PostedTwice {
            system: System::Erp,
            what: confirmation(),
            documents: "4711, 4712".into(),
        },
        ProcessRejection::TooManyCommands {
            process: id("confirmation/WO-1001"),
            what: confirmation(),
            max: 100,
        },
    ]
}

fn of_orders() -> Vec<Rejection> {
    let order = || id("WO-1001");
    vec![
        Rejection::NotKnown {
            object: EntityKey::WorkOrder(order()),
            event: "mfg.operation.started.v1",
        },
        Rejection::WrongState {
            object: "Operation 20 of order WO-1001".to_owned(),
            state: "ended",
            action: "a start",
            allowed: "a reversal of its completion by the MES",
        },
        Rejection::NotReleased {
            order: order(),
            operation: id("10"),
        },
        Rejection::NotYet {
            object: EntityKey::WorkOrder(order()),
            state: "completed with 1 open hold".to_owned(),
            action: "the closing",
            until: "what is open to be settled",
        },
        Rejection::TooManyReports {
            order: order(),
            operation: id("20"),
            max: 10_000,
        },
        Rejection::TooManyDrawings {
            lot: id("L-77"),
            max: 1_000,
        },
        Rejection::OverDelivery {
            order: order(),
            good: 15.into(),
            total: 115.into(),
            released: 100.into(),
            percent: 10.into(),
            max: 110.into(),
            unit: Unit::PIECE,
        },
        Rejection::PredecessorNotReady {
            order: order(),
            operation: id("20"),
            predecessor: id("10"),
            ready: 0.into(),
            planned: 100.into(),
        },
        Rejection::NotOnTheList {
            material: id("M-9"),
            order: order(),
        },
        Rejection::InMaintenance {
            work_center: id("WC-3"),
            state: "in maintenance",
            until: "2026-05-04T16:00:00Z".into(),
            maintenance: id("PM-88"),
        },
        Rejection::AlreadyReversed {
            confirmation: "E-4711".into(),
            by: id("E-4802"),
        },
        Rejection::PeriodClosed {
            order: order(),
            closed: at("2026-05-31T22:00:00Z"),
        },
    ]
}

fn of_lots() -> Vec<Rejection> {
    let (have, unit) = (40.into(), Unit::PIECE);
    vec![
        Rejection::ClearedAnotherVersion {
            delivery: id("D-501"),
            lot: id("L-90"),
            cleared: "5d41402a/1".into(),
            now: "7c6a180b/1".into(),
        },
        Rejection::Expired {
            lot: id("L-31"),
            expiry: at("2026-06-30T22:00:00Z"),
        },
        Rejection::GenealogyCycle {
            child: id("L-77"),
            parent: id("L-90"),
            path: "L-77 -> L-80 -> L-90".to_owned(),
        },
        Rejection::NotEnough {
            lot: id("L-77"),
            have,
            want: 50.into(),
            unit,
        },
        Rejection::NotEnoughYet {
            lot: id("L-77"),
            have,
            want: 50.into(),
            unit,
        },
        Rejection::FractionOfCounted {
            field: "good",
            value: "0.5".parse().unwrap(),
            unit,
        },
        Rejection::IdentifierTaken {
            object: lot("L-77"),
        },
        Rejection::NegativeQuantity {
            field: "good",
            value: "-3".into(),
        },
        Rejection::OriginAwaited {
            lot: id("B-7"),
            awaited: id("B-7"),
            delivery: id("D-501"),
        },
        Rejection::NotTakenBack {
            object: lot("L-77"),
            event: id("E-4711"),
            source_id: id("/wms"),
            by: id("/wms"),
            type_name: "mfg.lot.created.v1".into(),
            reason: "did_not_occur",
        },
        Rejection::ShippedBeforeHold {
            lot: id("L-90"),
            shipped: at("2026-05-04T12:00:00Z"),
            delivery: id("D-501"),
            hold: id("H-12"),
        },
    ]
}

fn of_quality() -> Vec<Rejection> {
    vec![
        Rejection::OnHold {
            object: lot("L-77"),
            hold: id("H-12"),
            reason: "scratch on sealing face".into(),
            since: at("2026-05-04T09:30:00Z"),
            by: "quality".into(),
            action: "consumed",
        },
        Rejection::AncestorOnHold {
            lot: id("L-90"),
            ancestor: lot("L-77"),
            steps: 3,
            hold: id("H-12"),
            delivery: id("D-501"),
        },
        Rejection::NotEntitled {
            hold: id("H-12"),
            user: "mm".into(),
            role: "MES".into(),
            needs: "QMS".into(),
        },
        Rejection::AlreadyReleased {
            hold: id("H-12"),
            at: at("2026-05-04T14:00:00Z"),
            by: "quality".into(),
        },
    ]
}

fn undecided() -> Vec<QualityRejection> {
    vec![
        QualityRejection::NotDecided {
            lot: id("L-31"),
            usage: "quality_inspection",
            quantity: 250.into(),
            unit: Unit::KILOGRAM,
        },
        QualityRejection::DecisionDoesNotAddUp {
            inspection: id("I-7"),
            parts: "80 + 15".to_owned(),
            decided: 95.into(),
            inspected: 100.into(),
            unit: Unit::PIECE,
        },
        QualityRejection::ShippedNonconforming {
            lot: id("L-90"),
            shipped: at("2026-05-04T12:00:00Z"),
            delivery: id("D-501"),
            nonconformance: id("NCR-3"),
        },
        QualityRejection::LotsUndisposed {
            nonconformance: id("NCR-3"),
            lots: 2,
            first: id("L-77"),
        },
    ]
}

fn of_intake() -> Vec<IntakeRejection> {
    let object = || EntityKey::WorkOrder(id("WO-1001"));
    vec![
        IntakeRejection::Duplicate {
            id: id("E-4711"),
            source_id: id("/mes/line"),
        },
        IntakeRejection::IdReused {
            id: id("E-4711"),
            source_id: id("/mes/line"),
        },
        IntakeRejection::TooOld {
            event: "mfg.operation.progressed.v1",
            time: at("2026-01-03T06:00:00Z"),
            source_id: id("/mes/line"),
            horizon: at("2026-02-01T00:00:00Z"),
        },
        IntakeRejection::UnknownType {
            type_name: "mfg.operation.progressed".into(),
            version: "v3".into(),
            known: "v1".into(),
        },
        IntakeRejection::Unreadable {
            from: "/mes/line".into(),
            path: "$.data.good".to_owned(),
            detail: "a decimal number was expected".to_owned(),
        },
        IntakeRejection::NoPlace {
            from: "/epcis".into(),
            path: "$.epcisBody.eventList[2].inputQuantityList[0].epcClass".to_owned(),
            detail: "GTIN 04012345666663 without a lot or serial number: genealogy needs to know \
                     which"
                .to_owned(),
        },
        IntakeRejection::DeclaredWrong {
            from: "/epcis".into(),
            path: "$.epcisBody.eventList[0].errorDeclaration".to_owned(),
            detail: "event urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8: incorrect_data, \
                     corrected by urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"
                .to_owned(),
        },
        IntakeRejection::FromTheFuture {
            source_id: id("/edge/WC-3"),
            time: at("2026-05-04T13:00:00Z"),
            ahead_s: 3600,
        },
        IntakeRejection::Poison {
            object: object(),
            tries: 3,
            detail: "index out of range".to_owned(),
        },
        IntakeRejection::Deadly {
            from: "/mes/line".into(),
            detail: "reading it panicked (index out of range)".to_owned(),
        },
        IntakeRejection::TooLarge {
            bytes: 2_097_152,
            max: 262_144,
        },
        IntakeRejection::Quarantined { object: object() },
    ]
}

fn discrepancies_of_orders() -> Vec<Discrepancy> {
    let (order, unit) = (|| id("WO-1001"), Unit::PIECE);
    vec![
        Discrepancy::EndedAfterBegin {
            order: order(),
            decision: "cancelled",
            at: at("2026-05-04T09:00:00Z"),
            begun: "operation 10 had begun".into(),
        },
        Discrepancy::CountsDiffer {
            order: order(),
            operation: id("20"),
            kind: "good",
            reported: 98.into(),
            counted: 100.into(),
            unit,
        },
    ]
}

fn discrepancies_of_quality() -> Vec<Discrepancy> {
    vec![
        Discrepancy::MaterialVariance {
            order: id("WO-1001"),
            material: id("STEEL-4"),
            unit: Unit::KILOGRAM,
            used: 112.into(),
            expected: 100.into(),
            difference: 12.into(),
            limit: "1/20 of what was expected and 2 KGM".into(),
        },
        Discrepancy::NotDecidedInTime {
            nonconformance: id("NCR-3"),
            lots: 2,
            since: at("2026-05-04T09:00:00Z"),
            within_s: 86_400,
        },
        Discrepancy::DecidedAgain {
            inspection: id("I-7"),
            at: at("2026-05-04T15:00:00Z"),
            by: "Dr. Weiss".into(),
            stands: at("2026-05-04T14:00:00Z"),
        },
        Discrepancy::DecidedWithoutResults {
            inspection: id("I-7"),
            at: at("2026-05-04T14:00:00Z"),
            missing: 2,
            first: "hardness".into(),
        },
        Discrepancy::StatusNotThere {
            lot: id("L-77"),
            wanted: 80.into(),
            from: "in quality inspection",
            to: "unrestricted",
            at: at("2026-05-04T14:10:00Z"),
            there: 0.into(),
            unit: Unit::PIECE,
        },
        Discrepancy::CancelledInVain {
            object: EntityKey::Inspection(id("I-7")),
            at: at("2026-05-04T14:00:00Z"),
            began: at("2026-05-04T13:20:00Z"),
        },
    ]
}

fn discrepancies() -> Vec<Discrepancy> {
    let (order, unit) = (|| id("WO-1001"), Unit::PIECE);
    vec![
        Discrepancy::AheadOfPredecessor {
            order: order(),
            operation: id("20"),
            predecessor: id("10"),
            good: 40.into(),
            ready: 30.into(),
            unit,
        },
        Discrepancy::CounterFell {
            work_center: id("WC-3"),
            counter: "good",
            from: 2919,
            to: 4,
            epoch: 2,
        },
        Discrepancy::Overlap {
            work_center: id("WC-3"),
            count: 2,
            running: "WO-1001/20, WO-1002/10".to_owned(),
            capacity: 1,
        },
        Discrepancy::Silent {
            work_center: id("WC-3"),
            silent_s: 600,
            state: "executing",
        },
        Discrepancy::Late {
            order: order(),
            event: "mfg.operation.completed.v1",
            time: at("2026-05-04T09:00:00Z"),
            late_s: 7200,
        },
        Discrepancy::ForeignWrite {
            object: EntityKey::WorkOrder(order()),
            field: "quantity".into(),
            source_id: id("/mes/line"),
            claimed: "120".into(),
            owner: Owners::NONE.and(System::Erp),
            kept: "100".into(),
        },
        Discrepancy::ReceivedDiffers {
            order: order(),
            erp: 95.into(),
            twin: 100.into(),
            difference: (-5).into(),
            unit,
            since: at("2026-05-04T14:00:00Z"),
        },
        Discrepancy::ClosedWithMore {
            order: order(),
            at: at("2026-05-31T22:00:00Z"),
            total: 118.into(),
            delivered: 108.into(),
            scrap: 7.into(),
            mrb: 3.into(),
            max: 110.into(),
            unit,
        },
        Discrepancy::MoreThanReleased {
            order: order(),
            operation: id("20"),
            good: 104.into(),
            released: 100.into(),
            unit,
        },
    ]
}
