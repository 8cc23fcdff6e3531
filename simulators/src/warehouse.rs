//! Raw material: bought in lots, received by the warehouse, taken by orders.

use twin_model::{EventBody, LotCreated, LotId, Quantity, Usage};

use crate::emitter::System;
use crate::happening::Happening;
use crate::names::named;
use crate::operations::thousandths;
use crate::order::Order;
use crate::plant_model::RawMaterialModel;
use crate::random::{Purpose, entity_number};
use crate::simulation::{SECOND_US, Simulation};
use crate::stock::RawLot;

impl Simulation {
    /// The raw material of a product, with its index.
    pub(crate) fn raw_material_of(&self, product: usize) -> (usize, &RawMaterialModel) {
        let wanted = &self.model.products[product].raw_material;
        let mut raw_materials = self.model.raw_materials.iter().enumerate();
        match raw_materials.find(|(_, raw)| raw.material == *wanted) {
            Some(found) => found,
            None => unreachable!("the model was checked: {wanted} is bought"),
        }
    }

    pub(crate) fn receive_raw_lot(&mut self, material: usize) {
        let raw = &self.model.raw_materials[material];
        let entity = entity_number(raw.material.as_str());
        let count = self.stock.received[material];
        self.stock.received[material] += 1;
        let (low, high) = raw.lot_size;
        let amount = self
            .random
            .draw(entity, count, Purpose::RawLotSize)
            .between(low, high);
        let lot: LotId = named(&format!("{}-{}", raw.lot_prefix, 4_101 + count));
        let body = LotCreated {
            lot: lot.clone(),
            material: raw.material.clone(),
            quantity: Quantity {
                value: thousandths(amount * 1_000),
                unit: raw.unit,
            },
            measured: None,
            order: None,
            op: None,
            produced_at: None,
            expiry: None,
            usage: Usage::Unrestricted,
        };
        self.stock.raw.push(RawLot {
            lot: lot.clone(),
            material,
            free_milli: amount * 1_000,
        });
        self.emit(System::Wms, lot.as_str(), EventBody::LotCreated(body));
        let probability = self
            .model
            .quality
            .as_ref()
            .map_or(0.0, |quality| quality.raw_lot_hold);
        self.consider_hold(&lot, probability);
        self.all_look_for_work();
    }

    pub(crate) fn raw_lot_arrives(&mut self, material: usize) {
        self.stock.ordered[material] = false;
        self.receive_raw_lot(material);
    }

    /// Orders every raw material of which too little is free and not on hold.
    pub(crate) fn buy_raw_material(&mut self) {
        for material in 0..self.model.raw_materials.len() {
            let usable = self.stock.raw.iter().filter(|raw_lot| {
                raw_lot.material == material && !self.emitter.is_held(&raw_lot.lot)
            });
            let usable_milli: i64 = usable.map(|raw_lot| raw_lot.free_milli).sum();
            let raw = &self.model.raw_materials[material];
            if self.stock.ordered[material] || usable_milli >= raw.reorder_point * 1_000 {
                continue;
            }
            self.stock.ordered[material] = true;
            let entity = entity_number(raw.material.as_str());
            let count = self.stock.received[material];
            let draw = self.random.draw(entity, count, Purpose::RawLotLeadTime);
            let lead_time_us = draw.around_us(raw.lead_time_s * SECOND_US);
            self.schedule_in_us(lead_time_us, Happening::RawLotArrives(material));
        }
    }

    /// The oldest lot that can feed the whole order, by its place in stock.
    pub(crate) fn find_raw_lot(&self, order: &Order) -> Option<usize> {
        let (material, _) = self.raw_material_of(order.product);
        let need_milli = self.need_milli(order);
        self.stock.raw.iter().position(|raw_lot| {
            raw_lot.material == material
                && raw_lot.free_milli >= need_milli
                && !self.emitter.is_held(&raw_lot.lot)
        })
    }

    /// Reserves the raw material of an order.
    pub(crate) fn take_raw_material(&mut self, number: u64) -> Option<LotId> {
        let order = &self.orders[&number];
        let need_milli = self.need_milli(order);
        let place = self.find_raw_lot(order)?;
        let raw_lot = &mut self.stock.raw[place];
        raw_lot.free_milli -= need_milli;
        let lot = raw_lot.lot.clone();
        let smallest_need = self.smallest_need_milli(self.stock.raw[place].material);
        if self.stock.raw[place].free_milli < smallest_need {
            // Offcuts: no order can use the rest.
            self.stock.raw.remove(place);
        }
        if let Some(order) = self.orders.get_mut(&number) {
            order.raw_lot = Some(lot.clone());
        }
        Some(lot)
    }

    fn need_milli(&self, order: &Order) -> i64 {
        order.pieces * self.model.products[order.product].raw_milli_per_piece
    }

    fn smallest_need_milli(&self, material: usize) -> i64 {
        let raw_material = &self.model.raw_materials[material].material;
        let users = self
            .model
            .products
            .iter()
            .filter(|it| it.raw_material == *raw_material);
        users
            .map(|product| product.pieces.0 * product.raw_milli_per_piece)
            .min()
            .unwrap_or(0)
    }
}
