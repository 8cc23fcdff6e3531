//! The plant of `twin demo`: P1, a shop for precision parts.
//!
//! Ten work centers make six products from four bought materials. The loads are chosen so that
//! the busiest machines are at about four fifths of their capacity: queues form and dissolve.

use twin_model::{PlantId, Unit};

use crate::names::named;
use crate::plant_model::{
    OperationModel, OrderModel, PlantModel, ProductModel, QualityModel, RawMaterialModel,
    ShippingModel, StopModel, WorkCenterModel,
};

/// The name of the demo plant.
pub const DEMO_PLANT: &str = "P1";

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;

/// The plant of `twin demo`.
pub fn demo_model() -> PlantModel {
    PlantModel {
        plant: named::<PlantId>(DEMO_PLANT),
        work_centers: work_centers(),
        raw_materials: raw_materials(),
        products: products(),
        orders: orders(),
        quality: Some(quality()),
        shipping: ShippingModel {
            round_s: 20 * MINUTE_S,
            lots_max: 3,
            stock_min: 2,
            stock_max: 6,
        },
        history_s: 7 * HOUR_S,
        report_interval_s: 2 * MINUTE_S,
        workers: vec![
            "Ada", "Bilal", "Chiara", "Dmitri", "Emeka", "Fatma", "Greta", "Hugo",
        ],
    }
}

fn work_centers() -> Vec<WorkCenterModel> {
    const SAW: &[&str] = &["blade worn", "bar feed jammed"];
    const LATHE: &[&str] = &["spindle overload", "tool breakage", "chip conveyor jammed"];
    const MILL: &[&str] = &["tool breakage", "coolant pressure low", "axis drive fault"];
    const GRINDER: &[&str] = &["wheel dressing fault", "vibration alarm"];
    const FURNACE: &[&str] = &["temperature deviation", "atmosphere sensor fault"];
    const STATION: &[&str] = &["material jam", "scanner offline"];
    let center = |id: &str, group, setup_min: i64, gap_hours: i64, causes| WorkCenterModel {
        id: named(id),
        group,
        setup_s: setup_min * MINUTE_S,
        stops: StopModel {
            gap_mean_s: gap_hours * HOUR_S,
            breakdown_mean_s: 11 * MINUTE_S,
            maintenance_every: 4,
            maintenance_s: 20 * MINUTE_S,
            causes,
        },
    };
    vec![
        center("SAW-1", "sawing", 3, 5, SAW),
        center("TURN-1", "turning", 6, 4, LATHE),
        center("TURN-2", "turning", 6, 4, LATHE),
        center("MILL-1", "milling", 6, 5, MILL),
        center("GRIND-1", "grinding", 5, 4, GRINDER),
        center("GRIND-2", "grinding", 5, 4, GRINDER),
        center("HEAT-1", "heat treatment", 4, 7, FURNACE),
        center("WASH-1", "washing", 2, 6, STATION),
        center("INSP-1", "inspection", 3, 9, STATION),
        center("PACK-1", "packing", 2, 6, STATION),
    ]
}

fn raw_materials() -> Vec<RawMaterialModel> {
    let bought = |material: &str, unit, lot_size, reorder_point, lot_prefix| RawMaterialModel {
        material: named(material),
        unit,
        lot_size,
        reorder_point,
        lead_time_s: 40 * MINUTE_S,
        lot_prefix,
    };
    vec![
        bought("BAR-42CRMO4", Unit::KILOGRAM, (500, 800), 400, "STEEL"),
        bought("BAR-16MNCR5", Unit::KILOGRAM, (300, 500), 200, "CASE"),
        bought("BAR-ALMGSI1", Unit::KILOGRAM, (200, 320), 120, "ALU"),
        bought("FORGING-C45", Unit::PIECE, (180, 260), 120, "FORGE"),
    ]
}

/// Steps of a routing: group of work centers, seconds per piece, scrap fraction.
type Steps = &'static [(&'static str, i64, f64)];

const SHAFT_20: Steps = &[
    ("sawing", 15, 0.004),
    ("turning", 38, 0.012),
    ("milling", 28, 0.01),
    ("heat treatment", 28, 0.006),
    ("grinding", 48, 0.015),
    ("inspection", 20, 0.01),
    ("packing", 14, 0.0),
];
const PINION_32: Steps = &[
    ("sawing", 14, 0.004),
    ("turning", 40, 0.015),
    ("heat treatment", 26, 0.006),
    ("grinding", 45, 0.015),
    ("washing", 16, 0.0),
    ("packing", 14, 0.0),
];
const BUSHING_45: Steps = &[
    ("sawing", 12, 0.004),
    ("turning", 33, 0.01),
    ("washing", 16, 0.0),
    ("inspection", 22, 0.012),
    ("packing", 12, 0.0),
];
const VALVE_12: Steps = &[
    ("sawing", 13, 0.004),
    ("milling", 34, 0.015),
    ("washing", 18, 0.0),
    ("inspection", 24, 0.015),
    ("packing", 15, 0.0),
];
const FLANGE_80: Steps = &[
    ("turning", 36, 0.012),
    ("milling", 30, 0.01),
    ("washing", 17, 0.0),
    ("packing", 14, 0.0),
];
const PIN_08: Steps = &[
    ("sawing", 10, 0.003),
    ("turning", 30, 0.01),
    ("heat treatment", 22, 0.005),
    ("grinding", 38, 0.012),
    ("inspection", 16, 0.01),
    ("packing", 10, 0.0),
];

fn products() -> Vec<ProductModel> {
    vec![
        product("SHAFT-20", "BAR-42CRMO4", 2_350, 4, SHAFT_20),
        product("PINION-32", "BAR-16MNCR5", 1_480, 4, PINION_32),
        product("BUSHING-45", "BAR-42CRMO4", 860, 3, BUSHING_45),
        product("VALVE-12", "BAR-ALMGSI1", 740, 3, VALVE_12),
        product("FLANGE-80", "FORGING-C45", 1_000, 3, FLANGE_80),
        product("PIN-08", "BAR-16MNCR5", 420, 3, PIN_08),
    ]
}

fn product(
    material: &str,
    raw_material: &str,
    raw_milli_per_piece: i64,
    share: u64,
    steps: Steps,
) -> ProductModel {
    let routing = (1..)
        .zip(steps)
        .map(|(number, &(group, run_s_per_piece, scrap))| {
            let op = named(&format!("{:04}", number * 10));
            OperationModel {
                op,
                group,
                run_s_per_piece,
                scrap,
            }
        });
    ProductModel {
        material: named(material),
        blank: named(&format!("{material}-BLANK")),
        raw_material: named(raw_material),
        raw_milli_per_piece,
        share,
        pieces: (20, 60),
        pieces_step: 5,
        routing: routing.collect(),
    }
}

fn orders() -> OrderModel {
    OrderModel {
        arrival_mean_s: 16 * MINUTE_S,
        opening_orders: 16,
        waiting_max: 10,
        on_floor_max: 20,
        planning_round_s: 5 * MINUTE_S,
        plan_ahead_s: (30 * MINUTE_S, 120 * MINUTE_S),
        release_ahead_s: 10 * MINUTE_S,
        promise_ratio: (2.0, 5.0),
        urgent: 0.12,
        customers: &[
            "Nordwerk",
            "Halbach",
            "Ostrava Drives",
            "Tessin Hydraulics",
            "Brandt Pumps",
        ],
    }
}

fn quality() -> QualityModel {
    QualityModel {
        raw_lot_hold: 0.2,
        blank_lot_hold: 0.06,
        finished_lot_hold: 0.12,
        delay_mean_s: 25 * MINUTE_S,
        length_s: 40 * MINUTE_S,
        opening_hold_s: 20 * MINUTE_S,
        opening_hold_length_s: 120 * MINUTE_S,
        opening_delivery_delay_s: 75,
        reasons: &[
            "hardness out of tolerance",
            "material certificate missing",
            "surface cracks suspected",
            "diameter drift at final gauge",
            "wrong heat number on the label",
        ],
        inspectors: &["QA shift A", "QA shift B", "QA laboratory"],
        dispositions: &[
            "use as is",
            "accepted after re-inspection",
            "certificate received",
        ],
    }
}
