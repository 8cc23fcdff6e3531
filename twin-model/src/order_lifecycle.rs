//! The ERP's decisions about an order: release, cancellation, technical completion, closing; and
//! the abort.
//!
//! They are kept as facts with their times. A cancellation and the withdrawal of a release have
//! an effect only as long as nothing has begun; whether something has is computed, so a late
//! report and a late reversal change it whatever came first.

use std::sync::Arc;

use crate::effect::{Effects, View};
use crate::work_order::Release;
use crate::{
    Abort, Closing, Discrepancy, EntityKey, Field, Lifecycle, Message, Operation, OrderField,
    PlannedOperation, QualityRejection, Rejection, RoutingWish, Said, TechCompletion, Time,
    WorkOrder, WorkOrderAborted, WorkOrderCancelled, WorkOrderClosed, WorkOrderReleaseWithdrawn,
    WorkOrderReleased, WorkOrderTechCompleted,
};

impl WorkOrder {
    /// Carries out a change of the whole order, and tells work centers and people what it made
    /// different.
    pub(crate) fn reconsider(
        &mut self,
        effects: &mut Effects,
        change: impl FnOnce(&mut WorkOrder),
    ) {
        let places = self.places();
        let broken = self.broken_rules();
        change(self);
        self.tell_places(&places, effects);
        self.tell_discrepancies(&broken, effects);
    }

    /// W2: the ERP releases the order; what may start reaches the queue of its work center.
    pub(crate) fn release(
        &mut self,
        body: &WorkOrderReleased,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a release";
        self.refuse_after_the_end(view.at, ACTION)?;
        if self
            .release
            .as_ref()
            .is_some_and(|known| known.withdrawn.is_none())
        {
            return Err(self.wrong_state(ACTION));
        }
        self.wait_while_cancelled(view.at, ACTION)?;
        let quantity = match &body.quantity {
            Some(quantity) => {
                quantity.check("quantity")?;
                Some(self.to_own_unit(*quantity, view, effects)?.value())
            }
            None => None,
        };
        for plan in &body.operations {
            if let Some(quantity) = plan.quantity {
                crate::quantity::check_amount(quantity, self.unit, "operations.quantity")?;
            }
        }
        let wish = self.routing_wish();
        self.reconsider(effects, |order| {
            order.release = Some(Release {
                at: view.at,
                quantity,
                has_operations: !body.operations.is_empty(),
                withdrawn: None,
            });
            order.take_plan(body, view.at);
        });
        WorkOrder::name_work_centers(&body.operations, effects);
        self.tell_wish(wish.as_ref(), effects);
        Ok(())
    }

    /// What the order wants to know of the routing: it names a version, and its release no
    /// operations.
    pub(crate) fn routing_wish(&self) -> Option<RoutingWish> {
        let release = self.release.as_ref()?;
        let version = self.routing_version.clone()?;
        (!release.has_operations).then_some(RoutingWish {
            version,
            at: release.at,
        })
    }

    /// Asks the routing where that has changed since `before`.
    pub(crate) fn tell_wish(&self, before: Option<&RoutingWish>, effects: &mut Effects) {
        let now = self.routing_wish();
        if now.as_ref() == before {
            return;
        }
        let order = self.id.clone();
        let message = match now {
            Some(wish) => Message::RoutingWanted { order, wish },
            None => Message::RoutingNotWanted { order },
        };
        effects.tell(EntityKey::Routing(self.material.clone()), message);
    }

    /// The routing tells the operations of the version that the order was released with.
    pub(crate) fn take_routing(&mut self, plan: &[PlannedOperation], effects: &mut Effects) {
        if self.routing_wish().is_none() {
            return;
        }
        self.reconsider(effects, |order| order.take_operations(plan));
    }

    /// Takes over what a release of `at` plans. A version that was changed with effect from later
    /// on stays.
    fn take_plan(&mut self, body: &WorkOrderReleased, at: Time) {
        let routing = body.routing_version.as_ref();
        if let Some(version) = self.newer_value(OrderField::RoutingVersion, routing, at) {
            self.routing_version = Some(version.clone());
        }
        let bom = body.bom_version.as_ref();
        if let Some(version) = self.newer_value(OrderField::BomVersion, bom, at) {
            self.bom_version = Some(version.clone());
        }
        self.components = body.components.clone().into();
        self.take_operations(&body.operations);
    }

    fn take_operations(&mut self, plan: &[PlannedOperation]) {
        for operation in &mut self.operations {
            // What an earlier release planned, and this one does not name, is not planned.
            if operation.position.is_some() {
                Arc::make_mut(operation).position = None;
            }
        }
        for (position, plan) in plan.iter().enumerate() {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            match self.find(&plan.op) {
                // A routing that names an operation twice keeps its first mention.
                Ok(place) if self.operations[place].position.is_some() => {}
                Ok(place) => self.operation_mut(place).plan(plan, position),
                Err(place) => {
                    let planned = Operation::planned(plan, position, self.counting);
                    self.operations.insert(place, Arc::new(planned));
                }
            }
        }
    }

    /// W4: the ERP takes the release back.
    pub(crate) fn withdraw_release(
        &mut self,
        body: &WorkOrderReleaseWithdrawn,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "the withdrawal of its release";
        self.refuse_after_the_end(view.at, ACTION)?;
        let stands = self
            .release
            .as_ref()
            .is_some_and(|known| known.withdrawn.is_none());
        if !stands || self.tech_completion().is_some() {
            return Err(self.wrong_state(ACTION));
        }
        let said = Said {
            at: view.at,
            reason: body.reason.clone().unwrap_or_default(),
        };
        self.reconsider(effects, |order| {
            if let Some(release) = &mut order.release {
                release.withdrawn = Some(said);
            }
        });
        Ok(())
    }

    /// W3: the ERP cancels the order.
    pub(crate) fn cancel(
        &mut self,
        body: &WorkOrderCancelled,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a cancellation";
        self.refuse_after_the_end(view.at, ACTION)?;
        if self.cancellation().is_some() || self.tech_completion().is_some() {
            return Err(self.wrong_state(ACTION));
        }
        let said = Said {
            at: view.at,
            reason: body.reason.clone(),
        };
        self.reconsider(effects, |order| order.endings_mut().cancelled = Some(said));
        Ok(())
    }

    /// W9: the ERP completes the order technically, also before all operations have ended.
    pub(crate) fn tech_complete(
        &mut self,
        body: &WorkOrderTechCompleted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "a technical completion";
        self.refuse_after_the_end(view.at, ACTION)?;
        if self.release.is_none() || self.tech_completion().is_some() {
            return Err(self.wrong_state(ACTION));
        }
        self.wait_while_cancelled(view.at, ACTION)?;
        if self.released().is_none() {
            return Err(self.not_yet(self.lifecycle().as_str(), ACTION, "a release by ERP"));
        }
        let final_quantity = match &body.final_quantity {
            Some(quantity) => {
                quantity.check("final_quantity")?;
                Some(self.to_own_unit(*quantity, view, effects)?.value())
            }
            None => None,
        };
        let completion = TechCompletion {
            at: view.at,
            by: body.by.clone(),
            final_quantity,
        };
        self.reconsider(effects, |order| {
            order.endings_mut().tech_completed = Some(completion);
        });
        Ok(())
    }

    /// W10: the ERP takes the technical completion back; the order is again what it was.
    pub(crate) fn withdraw_tech_completion(
        &mut self,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "the withdrawal of a technical completion";
        self.refuse_after_the_end(view.at, ACTION)?;
        if self.tech_completion().is_none() {
            return Err(self.wrong_state(ACTION));
        }
        self.reconsider(effects, |order| {
            order.endings_mut().tech_completed = None;
            // As if it had never been said, so that the state tells what is.
            if order.endings.as_deref() == Some(&crate::work_order::Endings::default()) {
                order.endings = None;
            }
        });
        Ok(())
    }

    /// W11: the ERP closes the order. It waits until nothing is open: a late completion, a
    /// decision of quality or a late report may still settle that.
    pub(crate) fn close(
        &mut self,
        body: &WorkOrderClosed,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "the closing";
        let lifecycle = self.lifecycle();
        if lifecycle.is_over() {
            return Err(self.wrong_state(ACTION));
        }
        if !matches!(lifecycle, Lifecycle::Completed | Lifecycle::TechComplete) {
            let until = "its completion by MES or its technical completion by ERP";
            return Err(self.not_yet(lifecycle.as_str(), ACTION, until));
        }
        if let Some(open) = self.what_is_open() {
            let state = format!("{} with {open}", lifecycle.as_str());
            return Err(self.not_yet(state, ACTION, "what is open to be settled"));
        }
        if let Some(inspection) = self.open_inspections(view.plant).first() {
            return Err(Rejection::from(QualityRejection::ClosingBeforeDecision {
                order: self.id.clone(),
                inspection: (*inspection).clone(),
            }));
        }
        let closing = Closing {
            at: view.at,
            period: body.period.clone(),
        };
        self.reconsider(effects, |order| order.endings_mut().closed = Some(closing));
        Ok(())
    }

    /// What keeps the order from being closed, in words.
    fn what_is_open(&self) -> Option<String> {
        let counted = |n: usize, noun: &str| match n {
            0 => None,
            1 => Some(format!("1 open {noun}")),
            n => Some(format!("{n} open {noun}s")),
        };
        let mut open = Vec::new();
        open.extend(counted(self.holds.len(), "hold"));
        let mut broken = self.discrepancies();
        // What somebody else said of the closing is settled by the closing itself.
        let closing = Field::OrderClosing.name();
        broken.retain(
            |found| !matches!(found, Discrepancy::ForeignWrite { field, .. } if field == closing),
        );
        if let Some(first) = broken.first() {
            let noun = if broken.len() == 1 {
                "discrepancy"
            } else {
                "discrepancies"
            };
            open.push(format!("{} open {noun} ({})", broken.len(), first.code()));
        }
        let mut uninspected = self.uninspected();
        if let Some(first) = uninspected.next() {
            let points = match uninspected.count() {
                0 => "1 inspection point".to_owned(),
                others => format!("{} inspection points", 1 + others),
            };
            open.push(format!(
                "{points} without an inspection (operation {})",
                first.id()
            ));
        }
        (!open.is_empty()).then(|| open.join(", "))
    }

    /// W8: production of the order is given up.
    pub(crate) fn give_up(
        &mut self,
        body: &WorkOrderAborted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "an abort";
        if self.closing().is_some() || self.abort().is_some() {
            return Err(self.wrong_state(ACTION));
        }
        self.wait_while_cancelled(view.at, ACTION)?;
        let until = match self.lifecycle() {
            Lifecycle::Created => Some("a release by ERP"),
            Lifecycle::Completed => Some("a reversal of its completion"),
            Lifecycle::TechComplete => Some("the withdrawal of the technical completion by ERP"),
            // What was begun may be reported late, so a released order is as good as begun.
            _ => None,
        };
        if let Some(until) = until {
            return Err(self.not_yet(self.lifecycle().as_str(), ACTION, until));
        }
        let abort = Abort {
            at: view.at,
            reason: body.reason.clone(),
            wip_disposition: body.wip_disposition,
        };
        self.reconsider(effects, |order| order.endings_mut().aborted = Some(abort));
        self.tell_of_work_given_up(effects);
        Ok(())
    }

    /// R02 for what the ERP decided after the order was closed or given up. What it decided
    /// before that, and is told late, is taken.
    pub(crate) fn refuse_after_the_end(
        &self,
        at: Time,
        action: &'static str,
    ) -> Result<(), Rejection> {
        let given_up = self.abort().is_some_and(|abort| at >= abort.at);
        if given_up || self.closing().is_some() {
            return Err(self.wrong_state(action));
        }
        Ok(())
    }

    /// R46 for what happened at or after a cancellation, while that has its effect: work that began
    /// before, and is told late, may still take that effect away.
    pub(crate) fn wait_while_cancelled(
        &self,
        at: Time,
        action: &'static str,
    ) -> Result<(), Rejection> {
        let before = self.cancellation().is_some_and(|said| at < said.at);
        if before || self.lifecycle() != Lifecycle::Cancelled {
            return Ok(());
        }
        let until = "a late report of work that began before it was cancelled";
        Err(self.not_yet(Lifecycle::Cancelled.as_str(), action, until))
    }
}
