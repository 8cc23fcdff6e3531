//! Products, their routes and their releases.

use std::collections::BTreeMap;

use twin_model::{OperationId, Time};

use super::machines::Groups;
use super::observed::{OBSERVED_MAX, mean, minutes, observed};
use super::seen::Order;
use super::steps::{Made, Steps};
use super::{Fit, Said};
use crate::plant_file::{
    Family, InspectionRule, OneOrMore, PerWhat, Product, Release, ReworkRule, Setup, Step, Times,
};
use crate::priority;

/// The surest that a lot is sent back: one that always were would never get on.
const REWORK_MAX: f64 = 0.99;

/// Orders that were done, by product, with their mean time from release, minutes.
type Cycles = BTreeMap<String, (u64, f64)>;

impl Fit {
    /// Orders of one material.
    fn orders_of(&self, material: &str) -> impl Iterator<Item = &Order> {
        let orders = self.orders.values();
        orders.filter(move |order| order.material.as_str() == material)
    }

    pub(super) fn products(
        &self,
        groups: &Groups,
        steps: &Steps,
        said: &mut Said,
    ) -> (Vec<Product>, Cycles) {
        let mut routes: BTreeMap<&str, Vec<(&OperationId, &Made)>> = BTreeMap::new();
        for ((material, op), made) in steps {
            routes.entry(material).or_default().push((op, made));
        }
        let (mut products, mut cycles) = (Vec::new(), Cycles::new());
        for (material, mut route) in routes {
            route.retain(|(_, made)| !made.at.is_empty());
            if route.is_empty() {
                continue;
            }
            let place = |made: &Made| made.places.0 / made.places.1.max(1) as f64;
            route.sort_by(|(_, a), (_, b)| place(a).total_cmp(&place(b)));
            let orders = self.orders_of(material);
            let through = orders.filter(|it| it.ended().is_some() && !it.is_scrapped());
            let through = through.count().max(1) as f64;
            let ops: Vec<&OperationId> = route.iter().map(|(op, _)| *op).collect();
            let step = |(place, (op, made)): (usize, &(&OperationId, &Made))| {
                let share = (made.taken as f64 / through).min(1.0);
                self.step(material, (op, made), &ops[..=place], share, groups)
            };
            products.push(Product {
                id: material.to_owned(),
                pieces: self.usual_pieces(material),
                step: route.iter().enumerate().map(step).collect(),
            });
            cycles.extend(
                self.cycle(material)
                    .map(|cycle| (material.to_owned(), cycle)),
            );
        }
        let more = steps.values().any(|made| made.times.len() > OBSERVED_MAX);
        if more {
            said.left_out.push(format!(
                "of more than {OBSERVED_MAX} times of a step all but so many, taken evenly from \
                 the shortest to the longest"
            ));
        }
        said.assumed.push(
            "an operation takes its machine from its start to its end, less pauses and the times \
             in which the machine stood; it takes as long whatever the number of pieces"
                .to_owned(),
        );
        said.assumed.push(
            "steps follow each other in the order of the route, or, where none was released, in \
             that in which they were begun on average"
                .to_owned(),
        );
        (products, cycles)
    }

    fn step(
        &self,
        material: &str,
        (op, made): (&OperationId, &Made),
        up_to_here: &[&OperationId],
        share: f64,
        groups: &Groups,
    ) -> Step {
        let visits = made.times.len() as f64;
        let mut at: Vec<(&usize, &u64)> = made.at.iter().collect();
        at.sort_by_key(|(group, count)| (std::cmp::Reverse(**count), **group));
        let mut at: Vec<String> = at
            .into_iter()
            .map(|(group, _)| groups.list[*group].name.clone())
            .collect();
        let work_center = match at.len() {
            1 => OneOrMore::One(at.remove(0)),
            _ => OneOrMore::More(at),
        };
        let pieces = made.good + made.scrap;
        let rule = |back: &[OperationId], of: f64| {
            (!back.is_empty()).then(|| ReworkRule {
                probability: (back.len() as f64 / of).min(REWORK_MAX),
                to: commonest(back, up_to_here).to_string(),
            })
        };
        let kept = made.inspected.len() as f64;
        let passed = kept - made.inspected_scrap as f64;
        Step {
            op: op.to_string(),
            work_center,
            time: observed(made.times.clone()),
            per: PerWhat::Lot,
            interval: None,
            batch: None,
            setup: self
                .families
                .get(&(material.to_owned(), op.clone()))
                .cloned(),
            crew: None,
            sample: if share > 0.0 { share } else { 1.0 },
            r#yield: if pieces > 0.0 {
                made.good / pieces
            } else {
                1.0
            },
            scrap: made.scrapped as f64 / visits,
            rework: rule(&made.sent_back, visits),
            inspection: (!made.inspected.is_empty()).then(|| InspectionRule {
                hold: (kept / visits).min(1.0),
                lasts: observed(made.inspected.clone()),
                scrap: made.inspected_scrap as f64 / kept,
                rework: rule(&made.inspected_back, passed.max(1.0)),
            }),
            same_machine_as: None,
            queue_limit: None,
            transport: None,
        }
    }

    fn usual_pieces(&self, material: &str) -> u32 {
        let mut pieces: Vec<f64> = self.orders_of(material).map(|order| order.pieces).collect();
        pieces.sort_by(f64::total_cmp);
        let middle = pieces.get(pieces.len() / 2).copied().unwrap_or(1.0);
        libm::rint(middle.clamp(1.0, 1_000_000.0)) as u32
    }

    fn cycle(&self, material: &str) -> Option<(u64, f64)> {
        let through = self.orders_of(material).filter_map(|order| {
            let done = order.is_done() && !order.is_scrapped();
            let end = order.ended().filter(|_| done)?;
            Some(minutes(end.micros_since(order.released?)))
        });
        let through: Vec<f64> = through.collect();
        (!through.is_empty()).then(|| (through.len() as u64, mean(&through)))
    }

    pub(super) fn families(&self) -> Vec<Family> {
        let ids = self.setups.keys().cloned();
        ids.map(|id| Family { id, least_lots: 0 }).collect()
    }

    pub(super) fn changeovers(&self, said: &mut Said) -> Vec<Setup> {
        if !self.setups.is_empty() {
            let text = "a changeover takes as long from whatever a machine was set up for";
            said.assumed.push(text.to_owned());
        }
        let setup = |(to, times): (&String, &Vec<f64>)| Setup {
            from: None,
            to: to.clone(),
            time: observed(times.clone()),
        };
        self.setups.iter().map(setup).collect()
    }

    pub(super) fn releases(
        &self,
        first: Time,
        products: &[Product],
        said: &mut Said,
    ) -> Vec<Release> {
        said.assumed.push(
            "orders come one by one at the observed intervals, whatever is on the floor, with the \
             pieces of the usual one; nothing is on the floor at the begin"
                .to_owned(),
        );
        let release = |product: &Product| {
            let orders: Vec<&Order> = self.orders_of(&product.id).collect();
            let mut at: Vec<Time> = orders.iter().filter_map(|it| it.released).collect();
            at.sort_unstable();
            let gaps: Vec<f64> = at
                .windows(2)
                .map(|two| minutes(two[1].micros_since(two[0])))
                .collect();
            let promised: Vec<f64> = orders
                .iter()
                .filter_map(|it| Some(minutes(it.due?.micros_since(it.released?))))
                .filter(|time| *time > 0.0)
                .collect();
            let together = gaps.iter().all(|gap| *gap <= 0.0);
            let begin = at.first()?;
            let priority = orders.iter().map(|it| it.priority).min();
            Some(Release {
                product: product.id.clone(),
                // Orders that all came at once come once.
                every: Some(if together {
                    Times::Always(1.0)
                } else {
                    observed(gaps)
                }),
                keep: None,
                first: minutes(begin.micros_since(first)).max(0.0),
                lots: if together { at.len() as u32 } else { 1 },
                pieces: None,
                priority: priority.map_or(0, priority::of_lot),
                due: (!promised.is_empty()).then(|| mean(&promised)),
                count: together.then_some(at.len() as u64),
                when_full: Default::default(),
            })
        };
        products.iter().filter_map(release).collect()
    }
}

/// Where lots went back to most often, among the steps up to this one; else this one.
fn commonest<'o>(back: &[OperationId], up_to_here: &[&'o OperationId]) -> &'o OperationId {
    let counts = |op: &OperationId| back.iter().filter(|to| *to == op).count();
    let here = up_to_here[up_to_here.len() - 1];
    let most = up_to_here.iter().copied().max_by_key(|op| counts(op));
    most.filter(|op| counts(op) > 0).unwrap_or(here)
}
