//! Movements of an order that are taken back: by their events, or by the document that they bear.
//!
//! As with reports ([`crate::order_reversals`]), the earliest reversal counts whatever came first,
//! and a document stays reversed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::document_reversal::{DocumentReversal, Reversal};
use crate::effect::{Effects, View};
use crate::lot_stock::Booking;
use crate::movement::{Movement, MovementKind};
use crate::order_movements::require_covered;
use crate::{
    EntityKey, EventId, LotId, MaterialId, MaterialRejection, MovementReversed, Notice, Rejection,
    ReportId, SmolStr, Time, Unit, WorkOrder, listed,
};

impl WorkOrder {
    /// Movements are taken back. `by` is the event that does.
    pub(crate) fn reverse_movement(
        &mut self,
        body: &MovementReversed,
        by: &EventId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_closed()?;
        let name = match (&body.event, &body.document) {
            (Some(event), _) => SmolStr::new(event.as_str()),
            (None, document) => document.clone().unwrap_or_default(),
        };
        let word = Reversal {
            at: view.at,
            by: by.clone(),
            reason: body.reason.clone(),
        };
        let source = body.event_source.as_ref().unwrap_or(view.source);
        let event = body.event.as_ref();
        let id = event.map(|event| ReportId::of(source, event));
        let document = body.document.as_ref().filter(|_| id.is_none());
        let is_named = |known: &Movement| match id {
            Some(id) => known.id == id,
            // What bears the number of the document later is not meant.
            None => {
                document.is_some() && known.document.as_ref() == document && known.at <= word.at
            }
        };
        let not_known = || MaterialRejection::MovementNotKnown {
            order: self.id.clone(),
            movement: name.clone(),
        };
        let moved = self.movements().ok_or_else(not_known)?;
        let all = moved.list().iter();
        let mut named = all.filter(|it| is_named(it)).peekable();
        let first = named.peek().ok_or_else(not_known)?;
        let before = first.reversed.as_ref().map(|known| known.by.clone());
        let reached: Vec<Movement> = named
            .filter(|it| it.is_reached_by(&word))
            .cloned()
            .collect();
        let document = document.map(|document| DocumentReversal {
            document: document.clone(),
            word: word.clone(),
            op: None,
        });
        let (said, reaches) = (document.as_ref(), !reached.is_empty());
        let already = || Rejection::AlreadyReversed {
            confirmation: name.clone(),
            by: before.unwrap_or_else(|| word.by.clone()),
        };
        moved
            .reversed_documents
            .admit(&self.id, said, reaches, already)?;
        let standing: Vec<&Movement> = reached.iter().filter(|known| known.stands()).collect();
        self.check_reversal(&standing, view)?;
        // What gives stock back goes first: of one document a return may be of what the same
        // document issued again.
        let (takes, gives): (Vec<&Movement>, Vec<&Movement>) =
            standing.iter().partition(|known| known.kind.brings());
        for movement in gives.into_iter().chain(takes) {
            self.tell_lot(movement, Decimal::NEGATIVE_ONE, None, effects);
        }
        self.reconsider(effects, |order| {
            let movements = order.movements_mut();
            movements.reverse(is_named, &word);
            if let Some(document) = document {
                movements.reversed_documents.keep(document);
            }
        });
        self.tell_taken_back(&standing, &word, &name, effects);
        Ok(())
    }

    /// By what a movement is taken back that is only arriving.
    pub(crate) fn movement_reversal_to_come(
        &self,
        document: Option<&SmolStr>,
        at: Time,
    ) -> Option<&DocumentReversal> {
        let reversed = &self.movements()?.reversed_documents;
        reversed.reaching(document?, None, at)
    }

    /// What was issued and has come back cannot be taken back, and what was received must still
    /// be there.
    fn check_reversal(&self, standing: &[&Movement], view: View<'_>) -> Result<(), Rejection> {
        let mut by_lot: BTreeMap<&LotId, Vec<Booking<'_>>> = BTreeMap::new();
        let mut issued: BTreeMap<(&MaterialId, Unit), Decimal> = BTreeMap::new();
        for movement in standing {
            let given = match movement.kind {
                MovementKind::Issued => movement.value,
                // A return that is taken back with its issue takes nothing from it.
                MovementKind::Returned => -movement.value,
                _ => Decimal::ZERO,
            };
            let account = (&movement.material, movement.unit);
            *issued.entry(account).or_default() += given;
            if let Some(lot) = &movement.lot {
                by_lot.entry(lot).or_default().push(Booking {
                    order: &self.id,
                    op: movement.op.as_ref(),
                    kind: movement.kind,
                    quantity: -movement.of_lot,
                    at: movement.at,
                });
            }
        }
        for ((material, unit), value) in issued {
            self.require_issued(material, unit, value)?;
        }
        for (lot, parts) in by_lot {
            if let Some(lot) = view.plant.lot(lot) {
                require_covered(lot, &parts)?;
            }
        }
        Ok(())
    }

    /// Tells what was taken back, all in one word.
    pub(crate) fn tell_taken_back(
        &self,
        standing: &[&Movement],
        word: &Reversal,
        name: &SmolStr,
        effects: &mut Effects,
    ) {
        let Some(from) = standing.iter().map(|known| known.at).min() else {
            return;
        };
        let what = standing
            .iter()
            .map(|known| format!("{} of {}", known.told, known.material));
        let text = format!(
            "Movement {name} of order {} ({}) was taken back ({}); the accounts were recomputed \
             from {from}.",
            self.id,
            listed(what),
            word.reason,
        );
        effects.notice(Notice::Corrected {
            object: EntityKey::WorkOrder(self.id.clone()),
            code: None,
            from,
            text: text.into(),
        });
    }
}
