//! What a simulated plant is made of: work centers, materials, routings and habits.
//!
//! Times are whole seconds, probabilities are fractions from 0 to 1. A model is plain data; the
//! [`crate::simulation::Simulation`] checks it before it starts.

use twin_model::{MaterialId, OperationId, PlantId, Unit, WorkCenterId};

/// A plant with everything that a simulation of it needs.
#[derive(Clone, Debug)]
pub struct PlantModel {
    /// The plant.
    pub plant: PlantId,
    /// Where operations run.
    pub work_centers: Vec<WorkCenterModel>,
    /// What is bought.
    pub raw_materials: Vec<RawMaterialModel>,
    /// What is made.
    pub products: Vec<ProductModel>,
    /// How orders come.
    pub orders: OrderModel,
    /// How lots are held; without it, quality never intervenes.
    pub quality: Option<QualityModel>,
    /// How finished lots leave.
    pub shipping: ShippingModel,
    /// How long the plant has run when the simulation opens, in seconds. The events of this time
    /// come first; they make the plant of the opening one in mid-life.
    pub history_s: i64,
    /// Most time between two progress reports of a running operation, in seconds.
    pub report_interval_s: i64,
    /// The people who run operations, as the MES names them.
    pub workers: Vec<&'static str>,
}

/// One machine or station.
#[derive(Clone, Debug)]
pub struct WorkCenterModel {
    /// Its identifier.
    pub id: WorkCenterId,
    /// Work centers of one group do the same operations.
    pub group: &'static str,
    /// Changing over to another product, in seconds; the same product needs none.
    pub setup_s: i64,
    /// How it stops.
    pub stops: StopModel,
}

/// When and why a machine stops.
#[derive(Clone, Debug)]
pub struct StopModel {
    /// Mean running time between two stops, in seconds.
    pub gap_mean_s: i64,
    /// Mean length of a breakdown, in seconds.
    pub breakdown_mean_s: i64,
    /// Every so many stops is a maintenance instead of a breakdown.
    pub maintenance_every: u64,
    /// Usual length of a maintenance, in seconds.
    pub maintenance_s: i64,
    /// What breaks down here.
    pub causes: &'static [&'static str],
}

/// A material that is bought in lots.
#[derive(Clone, Debug)]
pub struct RawMaterialModel {
    /// Its number.
    pub material: MaterialId,
    /// The unit in which it is stored.
    pub unit: Unit,
    /// The smallest and the largest lot that arrives, in whole units.
    pub lot_size: (i64, i64),
    /// More is ordered when less than this is free, in whole units.
    pub reorder_point: i64,
    /// Usual time from ordering to arrival, in seconds.
    pub lead_time_s: i64,
    /// What the name of each lot begins with.
    pub lot_prefix: &'static str,
}

/// A material that is made here, in pieces.
#[derive(Clone, Debug)]
pub struct ProductModel {
    /// The number of the finished material.
    pub material: MaterialId,
    /// The number of the material between the first operation and packing.
    pub blank: MaterialId,
    /// What it is made of.
    pub raw_material: MaterialId,
    /// Thousandths of the raw material's unit in one piece.
    pub raw_milli_per_piece: i64,
    /// How often it is ordered, relative to the other products.
    pub share: u64,
    /// The smallest and the largest order, in pieces.
    pub pieces: (i64, i64),
    /// Orders are for a multiple of this, in pieces.
    pub pieces_step: i64,
    /// How it is made. The first operation takes the raw lot, the last one delivers.
    pub routing: Vec<OperationModel>,
}

/// One step of a routing.
#[derive(Clone, Debug)]
pub struct OperationModel {
    /// Its number within the order.
    pub op: OperationId,
    /// The group of work centers that can do it.
    pub group: &'static str,
    /// Time of one piece, in seconds.
    pub run_s_per_piece: i64,
    /// Probability that a piece becomes scrap here.
    pub scrap: f64,
}

/// How orders are created and released.
#[derive(Clone, Debug)]
pub struct OrderModel {
    /// Mean time between two orders, in seconds.
    pub arrival_mean_s: i64,
    /// Orders created at once when the history begins.
    pub opening_orders: u64,
    /// No order is created while so many wait for their release.
    pub waiting_max: usize,
    /// No order is released while so many are on the floor.
    pub on_floor_max: usize,
    /// Time between two rounds of planning, in seconds.
    pub planning_round_s: i64,
    /// Least and most time from an order's creation to its planned start, in seconds.
    pub plan_ahead_s: (i64, i64),
    /// Orders are released so long before their planned start, in seconds.
    pub release_ahead_s: i64,
    /// Least and most ratio of the promised to the pure working time.
    pub promise_ratio: (f64, f64),
    /// Fraction of orders that are urgent.
    pub urgent: f64,
    /// Who buys.
    pub customers: &'static [&'static str],
}

/// How quality holds lots.
#[derive(Clone, Debug)]
pub struct QualityModel {
    /// Probability that a received lot is held.
    pub raw_lot_hold: f64,
    /// Probability that a lot between first operation and packing is held.
    pub blank_lot_hold: f64,
    /// Probability that a finished lot is held.
    pub finished_lot_hold: f64,
    /// Mean time from a lot's creation to its hold, in seconds.
    pub delay_mean_s: i64,
    /// Usual length of a hold, in seconds.
    pub length_s: i64,
    /// A hold that always comes: this many seconds after the opening, on the raw lot of a
    /// finished lot that waits for its delivery.
    pub opening_hold_s: i64,
    /// How long that hold lasts, seconds.
    pub opening_hold_length_s: i64,
    /// The delivery of that finished lot is requested so many seconds after the hold.
    pub opening_delivery_delay_s: i64,
    /// Why lots are held.
    pub reasons: &'static [&'static str],
    /// Who decides.
    pub inspectors: &'static [&'static str],
    /// How holds end.
    pub dispositions: &'static [&'static str],
}

/// How finished lots leave.
#[derive(Clone, Debug)]
pub struct ShippingModel {
    /// Usual time between two delivery rounds, in seconds.
    pub round_s: i64,
    /// Most lots in one delivery.
    pub lots_max: usize,
    /// A round leaves at least so many finished lots in stock.
    pub stock_min: usize,
    /// A round leaves at most so many finished lots in stock.
    pub stock_max: usize,
}

/// Why a model cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidModel {
    /// Nothing of a kind that every plant needs.
    #[error("the model has no {kind}")]
    Missing {
        /// What is missing.
        kind: &'static str,
    },
    /// A routing names a group that no work center belongs to.
    #[error("product {material}, operation {op}: no work center belongs to group {group:?}")]
    UnknownGroup {
        /// The product.
        material: MaterialId,
        /// The operation.
        op: OperationId,
        /// The group.
        group: &'static str,
    },
    /// A product is made of something that is not bought.
    #[error("product {material} is made of {raw_material}, which is no raw material of the model")]
    UnknownRawMaterial {
        /// The product.
        material: MaterialId,
        /// What it is made of.
        raw_material: MaterialId,
    },
    /// A number outside its range.
    #[error("{name} must be {range}")]
    OutOfRange {
        /// The field.
        name: &'static str,
        /// What it may be.
        range: &'static str,
    },
}

impl PlantModel {
    /// Checks that the model can be simulated.
    ///
    /// # Errors
    /// [`InvalidModel`] naming the first thing that is wrong.
    pub fn check(&self) -> Result<(), InvalidModel> {
        self.check_lists()?;
        self.check_numbers()?;
        self.products
            .iter()
            .try_for_each(|product| self.check_product(product))
    }

    fn check_lists(&self) -> Result<(), InvalidModel> {
        let lists = [
            (self.work_centers.len(), "work center"),
            (self.raw_materials.len(), "raw material"),
            (self.products.len(), "product"),
            (self.workers.len(), "worker"),
            (self.orders.customers.len(), "customer"),
        ];
        match lists.iter().find(|(len, _)| *len == 0) {
            Some((_, kind)) => Err(InvalidModel::Missing { kind }),
            None => Ok(()),
        }
    }

    fn check_numbers(&self) -> Result<(), InvalidModel> {
        let positive = [
            (self.report_interval_s, "report_interval_s"),
            (self.orders.arrival_mean_s, "orders.arrival_mean_s"),
            (self.orders.planning_round_s, "orders.planning_round_s"),
            (self.shipping.round_s, "shipping.round_s"),
        ];
        if let Some((_, name)) = positive.iter().find(|(value, _)| *value <= 0) {
            return Err(InvalidModel::OutOfRange {
                name,
                range: "above zero",
            });
        }
        if self.history_s < 0 {
            return Err(InvalidModel::OutOfRange {
                name: "history_s",
                range: "zero or more",
            });
        }
        if self.orders.plan_ahead_s.1 < self.orders.plan_ahead_s.0 {
            let name = "orders.plan_ahead_s";
            return Err(InvalidModel::OutOfRange {
                name,
                range: "in order",
            });
        }
        if self.shipping.lots_max == 0 {
            let name = "shipping.lots_max";
            return Err(InvalidModel::OutOfRange {
                name,
                range: "above zero",
            });
        }
        for work_center in &self.work_centers {
            let stops = &work_center.stops;
            if stops.gap_mean_s <= 0 || stops.maintenance_every == 0 || stops.causes.is_empty() {
                let range = "a gap above zero, a maintenance interval above zero and causes";
                return Err(InvalidModel::OutOfRange {
                    name: "work_center.stops",
                    range,
                });
            }
        }
        Ok(())
    }

    fn check_product(&self, product: &ProductModel) -> Result<(), InvalidModel> {
        let material = &product.material;
        if !self
            .raw_materials
            .iter()
            .any(|raw| raw.material == product.raw_material)
        {
            return Err(InvalidModel::UnknownRawMaterial {
                material: material.clone(),
                raw_material: product.raw_material.clone(),
            });
        }
        if product.routing.is_empty() {
            return Err(InvalidModel::Missing {
                kind: "operation in a routing",
            });
        }
        let (low, high) = product.pieces;
        if low <= 0 || high < low || product.pieces_step <= 0 || product.share == 0 {
            let range = "above zero and in order";
            return Err(InvalidModel::OutOfRange {
                name: "product.pieces and share",
                range,
            });
        }
        for step in &product.routing {
            if !self
                .work_centers
                .iter()
                .any(|work_center| work_center.group == step.group)
            {
                return Err(InvalidModel::UnknownGroup {
                    material: material.clone(),
                    op: step.op.clone(),
                    group: step.group,
                });
            }
            if step.run_s_per_piece <= 0 || !(0.0..1.0).contains(&step.scrap) {
                let range = "a time above zero and a scrap fraction below one";
                return Err(InvalidModel::OutOfRange {
                    name: "product.routing",
                    range,
                });
            }
        }
        Ok(())
    }
}
