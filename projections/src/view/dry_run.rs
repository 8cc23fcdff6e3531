//! What settling an exception did, or would do.

use actors::{Disposition, DryRun, ExceptionEntry, Resolved};
use serde::Serialize;
use serde_json::value::RawValue;
use twin_model::{
    Code, Entity, EntityKey, IntakeRejection, Lot, NonconformanceId, Plant, PlantId, Shipment,
    ShipmentState, SmolStr, Time,
};
use utoipa::ToSchema;

use super::{
    AFFECTED_LOTS_SHOWN_MAX, ExceptionView, ItemView, Related, SomeIds, Surroundings,
    WAITING_SHIPMENTS_SHOWN_MAX,
};
use crate::sentence;

/// Entities that a dry run shows; its count tells how many would change.
pub const CHANGES_SHOWN_MAX: usize = 500;

/// What became, or would become, of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct DispositionView {
    /// `applied`, `duplicate`, `refused`, `parked` or `exception`.
    pub disposition: &'static str,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "TWIN-R07")]
    pub code: Option<Code>,
    /// Why, in business words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl DispositionView {
    /// What became of the message of an exception.
    fn of(disposition: &Disposition, entry: &ExceptionEntry) -> DispositionView {
        let (word, code, text) = match disposition {
            Disposition::Applied => ("applied", None, None),
            Disposition::Duplicate => ("duplicate", Some(Code::R25), received_before(entry)),
            Disposition::Refused(because) => {
                ("refused", Some(because.code()), Some(because.to_string()))
            }
            Disposition::Parked { code, text } => ("parked", Some(*code), Some(text.clone())),
            Disposition::Exception { rejection, .. } => (
                "exception",
                Some(rejection.code()),
                Some(rejection.to_string()),
            ),
        };
        DispositionView {
            disposition: word,
            code,
            text,
        }
    }
}

/// R25, where the message could be read so far.
fn received_before(entry: &ExceptionEntry) -> Option<String> {
    let rejection = IntakeRejection::Duplicate {
        id: entry.event_id.clone()?,
        source_id: entry.source.clone()?,
    };
    Some(rejection.to_string())
}

/// What was done with an exception.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedView {
    /// The plant.
    #[schema(value_type = String)]
    pub plant: PlantId,
    /// The commit that holds it.
    pub seq: u64,
    /// The exception as it is now.
    pub exception: ExceptionView,
    /// What became of the message, or of the corrected event; `null` when it was discarded, or had
    /// been settled before.
    pub result: Option<DispositionView>,
    /// The same was done before: nothing was changed now.
    pub already: bool,
}

impl ResolvedView {
    /// The answer to a resolution.
    #[must_use]
    pub fn new(plant: PlantId, resolved: &Resolved) -> ResolvedView {
        ResolvedView {
            plant,
            seq: resolved.commit_no,
            exception: ExceptionView::from(resolved.entry.as_ref()),
            result: resolved
                .disposition
                .as_ref()
                .map(|found| DispositionView::of(found, &resolved.entry)),
            already: resolved.already,
        }
    }
}

/// What would happen, tried on a copy of the plant.
#[derive(Debug, Serialize, ToSchema)]
pub struct DryRunView {
    /// The plant.
    #[schema(value_type = String)]
    pub plant: PlantId,
    /// Always `true`: nothing was changed.
    pub dry_run: bool,
    /// The commit after which it was tried.
    pub seq: u64,
    /// The exception as it would be.
    pub exception: ExceptionView,
    /// What would become of the message, or of the corrected event.
    pub result: Option<DispositionView>,
    /// It was done before: nothing would change.
    pub already: bool,
    /// How many entities would change.
    pub changes_count: usize,
    /// Entities that would change, in the order in which they first would; at most 500.
    pub changes: Vec<WouldChangeView>,
    /// What people would hear of.
    pub notices: Vec<WouldTellView>,
    /// Commands that would be sent to other systems.
    #[schema(value_type = Vec<Object>)]
    pub commands: Vec<Box<RawValue>>,
}

/// An entity that would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct WouldChangeView {
    /// `work_order`, `lot`, `work_center`, `hold`, `shipment` or another kind.
    pub kind: &'static str,
    /// Which one.
    #[schema(value_type = String)]
    pub id: SmolStr,
    /// As the lists show it now; `null` when it would come into being.
    pub before: Option<ItemView>,
    /// As the lists would show it.
    pub after: ItemView,
}

/// What people would hear of.
#[derive(Debug, Serialize, ToSchema)]
pub struct WouldTellView {
    /// As in the stream's `notice`.
    pub kind: &'static str,
    /// The rule, where one is behind it.
    #[schema(value_type = Option<String>)]
    pub code: Option<Code>,
    /// In business words.
    pub text: String,
}

impl DryRunView {
    /// The answer to a dry run, at plant time `now`.
    #[must_use]
    pub(crate) fn new(plant: PlantId, run: &DryRun, now: Time) -> DryRunView {
        let changes = run.touched.iter().take(CHANGES_SHOWN_MAX);
        let commands = run.commands.iter();
        DryRunView {
            plant,
            dry_run: true,
            seq: run.commit_no,
            exception: ExceptionView::from(run.entry.as_ref()),
            result: run
                .disposition
                .as_ref()
                .map(|found| DispositionView::of(found, &run.entry)),
            already: run.already,
            changes_count: run.touched.len(),
            changes: changes
                .filter_map(|key| WouldChangeView::new(key, run, now))
                .collect(),
            notices: run
                .notices
                .iter()
                .map(|(_, notice)| {
                    let (kind, code, text) = sentence::said(notice);
                    WouldTellView { kind, code, text }
                })
                .collect(),
            commands: commands
                .filter_map(|command| RawValue::from_string(command.body.clone()).ok())
                .collect(),
        }
    }
}

impl WouldChangeView {
    fn new(key: &EntityKey, run: &DryRun, now: Time) -> Option<WouldChangeView> {
        Some(WouldChangeView {
            kind: key.kind().as_str(),
            id: SmolStr::new(key.id()),
            before: item(key, &run.before, now),
            after: item(key, &run.after, now)?,
        })
    }
}

/// An item as the lists would show it, looked up in a copy of the plant instead of their indexes.
fn item(key: &EntityKey, plant: &Plant, now: Time) -> Option<ItemView> {
    let entity = plant.get(key)?;
    let related = Related::of(entity, &Copied(plant));
    Some(ItemView::new(entity, &related, now))
}

/// A copy of a plant, which has no indexes.
struct Copied<'p>(&'p Plant);

impl Copied<'_> {
    fn lots_that(&self, takes: impl Fn(&Lot) -> bool) -> SomeIds {
        let lots = self.0.entities().filter_map(|entity| match entity {
            Entity::Lot(lot) if takes(lot) => Some(lot.id().as_str()),
            _ => None,
        });
        some(lots, AFFECTED_LOTS_SHOWN_MAX)
    }
}

impl Surroundings for Copied<'_> {
    fn lot(&self, id: &str) -> Option<&Entity> {
        self.0.get(&EntityKey::Lot(id.parse().ok()?))
    }

    fn hold(&self, id: &str) -> Option<&Entity> {
        self.0.get(&EntityKey::Hold(id.parse().ok()?))
    }

    fn lots_on_hold(&self, hold: &str) -> SomeIds {
        self.lots_that(|lot| lot.all_holds().any(|id| id.as_str() == hold))
    }

    fn lots_affected(&self, nonconformance: &str) -> SomeIds {
        let is_it = |id: &NonconformanceId| id.as_str() == nonconformance;
        self.lots_that(|lot| {
            let mut known = lot.nonconformances();
            known.any(|(id, it)| is_it(id) && it.affected.is_some())
        })
    }

    fn lots_undisposed(&self, nonconformance: &str) -> SomeIds {
        self.lots_that(|lot| {
            let mut open = lot.undisposed();
            open.any(|(id, _)| id.as_str() == nonconformance)
        })
    }

    fn shipments_of(&self, lot: &str) -> SomeIds {
        let wants = |shipment: &Shipment| {
            let open = matches!(
                shipment.state(),
                ShipmentState::Blocked | ShipmentState::Cleared
            );
            open && shipment.lots().iter().any(|(id, _)| id.as_str() == lot)
        };
        let shipments = self.0.entities().filter_map(|entity| match entity {
            Entity::Shipment(shipment) if wants(shipment) => Some(shipment.id().as_str()),
            _ => None,
        });
        some(shipments, WAITING_SHIPMENTS_SHOWN_MAX)
    }
}

fn some<'p>(ids: impl Iterator<Item = &'p str>, shown_max: usize) -> SomeIds {
    let mut shown: Vec<SmolStr> = ids.map(SmolStr::new).collect();
    shown.sort_unstable();
    let count = shown.len();
    shown.truncate(shown_max);
    SomeIds { shown, count }
}
