//! `mfg.operation.completed`, version 2: every quantity has its unit, and scrap is told by reason.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    LotId, OperationId, OperationReport, Quantity, ReportMode, ScrapReason, Time, WorkCenterId,
    WorkOrderId, WorkerId,
};

/// The reason of scrap that version 1 told without one.
pub const UNSPECIFIED: &str = "UNSPECIFIED";
/// Why a report is not taken whose quantities have several units.
pub const NOT_ONE_UNIT: &str = "its quantities have several units, a report has one";

/// How much was scrapped for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapQuantity {
    /// How much.
    pub quantity: Quantity,
    /// Why; `UNSPECIFIED` where nobody said.
    pub reason: SmolStr,
}

/// The MES ends an operation, with the last quantities.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct OperationCompletedV2 {
    /// Order number.
    pub order: WorkOrderId,
    /// Operation number.
    pub op: OperationId,
    /// Where it ran, when no start was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_center: Option<WorkCenterId>,
    /// Whether the quantities are added to what was reported before; they are when absent.
    #[serde(default)]
    pub mode: ReportMode,
    /// Grows by one at each restart of the counter that a cumulative report reads.
    #[serde(default)]
    pub counter_epoch: u32,
    /// Good; zero of a unit where nothing was.
    pub good: Quantity,
    /// Scrapped, by reason.
    #[serde(default)]
    pub scrap: Vec<ScrapQuantity>,
    /// To be reworked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework: Option<Quantity>,
    /// Waiting for the material review board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrb: Option<Quantity>,
    /// Start of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Time>,
    /// End of the reported work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Time>,
    /// Who reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// Whether the good quantity counts as delivered, for orders without a routing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivers: Option<bool>,
    /// Lots that came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_lots: Vec<LotId>,
    /// Whether nothing more of the order follows.
    #[serde(default)]
    pub r#final: bool,
    /// The document of the ERP that the report became, where the sender posted it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SmolStr>,
}

/// Version 1 becomes version 2: its one unit goes to every quantity, and scrap without a reason
/// gets the reason [`UNSPECIFIED`].
impl From<&OperationReport> for OperationCompletedV2 {
    fn from(report: &OperationReport) -> OperationCompletedV2 {
        let quantity = |value| Quantity {
            value,
            unit: report.unit,
        };
        let some = |value: crate::Amount| (!value.value().is_zero()).then(|| quantity(value));
        let mut scrap: Vec<ScrapQuantity> = report
            .scrap_by_reason
            .iter()
            .map(|part| ScrapQuantity {
                quantity: quantity(part.quantity),
                reason: part.reason.clone(),
            })
            .collect();
        if let (true, Some(quantity)) = (scrap.is_empty(), some(report.scrap)) {
            let reason = UNSPECIFIED.into();
            scrap.push(ScrapQuantity { quantity, reason });
        }
        OperationCompletedV2 {
            order: report.order.clone(),
            op: report.op.clone(),
            work_center: report.work_center.clone(),
            mode: report.mode,
            counter_epoch: report.counter_epoch,
            good: quantity(report.good),
            scrap,
            rework: some(report.rework),
            mrb: some(report.mrb),
            start: report.start,
            end: report.end,
            worker: report.worker.clone(),
            delivers: report.delivers,
            output_lots: report.output_lots.clone(),
            r#final: report.r#final,
            document: report.document.clone(),
        }
    }
}

/// Version 2 becomes version 1, whose quantities have one unit. Scrap that is only
/// [`UNSPECIFIED`] is told without a reason, as version 1 does.
impl TryFrom<OperationCompletedV2> for OperationReport {
    type Error = &'static str;

    fn try_from(newer: OperationCompletedV2) -> Result<OperationReport, &'static str> {
        let unit = newer.good.unit;
        let others = [newer.rework, newer.mrb].into_iter().flatten();
        let scrapped = newer.scrap.iter().map(|part| part.quantity);
        if others.chain(scrapped).any(|other| other.unit != unit) {
            return Err(NOT_ONE_UNIT);
        }
        let amount = |quantity: Option<Quantity>| quantity.map(|q| q.value).unwrap_or_default();
        let unspecified = match newer.scrap.as_slice() {
            [only] if only.reason == UNSPECIFIED => Some(only.quantity.value),
            _ => None,
        };
        let by_reason = newer.scrap.into_iter().filter(|_| unspecified.is_none());
        Ok(OperationReport {
            order: newer.order,
            op: newer.op,
            work_center: newer.work_center,
            unit,
            mode: newer.mode,
            counter_epoch: newer.counter_epoch,
            good: newer.good.value,
            scrap: unspecified.unwrap_or_default(),
            scrap_by_reason: by_reason
                .map(|part| ScrapReason {
                    quantity: part.quantity.value,
                    reason: part.reason,
                })
                .collect(),
            rework: amount(newer.rework),
            mrb: amount(newer.mrb),
            start: newer.start,
            end: newer.end,
            worker: newer.worker,
            delivers: newer.delivers,
            output_lots: newer.output_lots,
            r#final: newer.r#final,
            document: newer.document,
        })
    }
}
