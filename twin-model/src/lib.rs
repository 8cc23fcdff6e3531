//! The pure domain of a plant: state, event and time in; effects or a coded rejection out.
//!
//! [`Plant`] holds the entities of one plant and [`Plant::apply`] takes one canonical [`Event`]
//! to the entity that owns it, delivers what follows from it to other entities of the plant in a
//! fixed order, and either keeps all of it or nothing.
//!
//! What is absent here, by design: clocks, input and output, threads, randomness, and iteration
//! over hash maps. The same events in the same order give the same [`StateHash`] everywhere.

mod bucket;
mod bucket_walk;
mod catch_weight;
mod chaos;
mod check_digit;
mod chronicle;
mod clearance;
mod code;
mod command;
mod configuration;
mod connection;
mod conversion;
mod count_cell;
mod counter_series;
mod criticality;
mod delivery;
mod discrepancy;
mod discrepancy_change;
mod dispatch;
mod document_reversal;
mod due;
mod effect;
mod entity;
mod event;
mod flow_report;
mod gates;
mod genealogy;
mod hold;
mod id;
mod in_unit;
mod inheritance;
mod inspection;
mod inspection_course;
mod invariant;
mod item_state;
mod job_control;
mod judgement;
mod kpi_window;
mod listing;
mod logistic_unit;
mod lot;
mod lot_control;
mod lot_heritage;
mod lot_merge;
mod lot_movement;
mod lot_nonconformance;
mod lot_parting;
mod lot_quality;
mod lot_shelf_life;
mod lot_shipping;
mod lot_split;
mod lot_stock;
mod lot_usage;
mod lot_work;
mod maintenance;
mod making;
mod material;
mod movement;
mod movement_reversals;
mod nonconformance;
mod nonconformance_course;
mod notice;
mod oee;
mod operation;
mod operation_facts;
mod order_accounts;
mod order_axes;
mod order_change;
mod order_discrepancies;
mod order_guards;
mod order_lifecycle;
mod order_movements;
mod order_operations;
mod order_places;
mod order_quality;
mod order_reports;
mod order_reversals;
mod order_take;
mod origin;
mod outlook;
mod ownership;
mod packing;
mod paged;
mod paged_map;
mod plant;
mod plant_entities;
mod presumption;
mod process;
mod process_id;
mod production;
mod quality_events;
mod quantity;
mod reaches;
mod rejection;
mod rejection_code;
mod rejection_edge;
mod rejection_intake;
mod rejection_material;
mod rejection_owner;
mod rejection_packing;
mod rejection_process;
mod rejection_quality;
mod report_ledger;
mod retraction;
mod rounding;
mod routing;
mod run;
mod share;
mod shared;
mod shipment;
mod shipment_end;
mod slots;
mod spans;
mod state_hash;
mod stock_status;
mod sum_by_time;
mod tank;
mod time;
mod time_line;
mod time_text;
mod time_window;
mod transform;
mod unborn;
mod unit;
mod unit_contents;
mod unit_table;
pub mod wire;
mod work_center;
mod work_center_facts;
mod work_order;

pub use bucket::{Bucket, Buckets, Period};
pub use catch_weight::{CatchWeight, Deviation, LotWeight};
#[cfg(feature = "chaos")]
pub use chaos::Fault;
pub use clearance::Clearance;
pub use code::{Code, Kind, UnknownCode};
pub use command::*;
pub use configuration::Configuration;
pub use connection::{Liveness, SILENCE_S_MIN, SessionChange};
pub use conversion::{Converted, InvalidRatio, Ratio};
pub use count_cell::{CountCell, Pieces};
pub use counter_series::{CounterFall, Reading, Sample};
pub use criticality::Criticality;
pub use discrepancy::Discrepancy;
pub use document_reversal::DOCUMENT_REVERSALS_PER_ORDER_MAX;
pub use effect::Message;
pub use entity::{Entity, EntityKey, EntityKind};
pub use event::*;
pub use flow_report::{FlowReport, FlowRules};
pub use genealogy::{Kinship, Parentage};
pub use hold::{Hold, HoldRelease, HoldScope, MaterialWindow, WorkCenterWindow};
pub use id::{
    DeliveryId, EventId, GateToken, HoldId, ID_BYTES_MAX, InspectionId, InvalidId, LogisticUnitId,
    LotId, MaintenanceId, MaterialId, NonconformanceId, OperationId, PlantId, SourceId,
    WorkCenterId, WorkOrderId, WorkerId,
};
pub use inheritance::Reach;
pub use inspection::{
    CHARACTERISTICS_MAX, DecidedPart, INSPECTION_VERSIONS_MAX, Inspection, InspectionDecision,
    InspectionResult,
};
pub use inspection_course::InspectionState;
pub use invariant::{Breach, Invariant};
pub use item_state::{IdleCause, ItemState, Mode};
pub use job_control::{Ending, Interruption, JobCause, JobState, Preparation};
pub use kpi_window::{KPI_CLOSES_AFTER_S, KPI_WINDOWS_AT_ONCE_MAX};
pub use listing::listed;
pub use logistic_unit::{LogisticUnit, PACKINGS_PER_UNIT_MAX, UnitMove};
pub use lot::{Lot, LotLifecycle, Usage};
pub use lot_heritage::{AWAITED_INSPECTIONS_MAX, Heritage, Inherited};
pub use lot_merge::MERGERS_PER_LOT_MAX;
pub use lot_movement::RECEIPTS_PER_LOT_MAX;
pub use lot_movement::{COUNTS_PER_LOT_MAX, StockCount};
pub use lot_nonconformance::{Affected, LotNonconformance};
pub use lot_parting::{PARTINGS_PER_LOT_MAX, Parting};
pub use lot_quality::{LotDecision, LotInspection, LotQuality};
pub use lot_stock::{Creation, LotFlows, LotStock, SPLITS_PER_LOT_MAX};
pub use lot_usage::StockByUsage;
pub use lot_work::WorkGivenUp;
pub use maintenance::{MaintenanceAct, MaintenanceDone, PlannedStop};
pub use making::Making;
pub use material::{Conversion, MATERIAL_VERSIONS_MAX, Material, MaterialVersion, UnitFactor};
pub use movement::{
    Account, AccountSums, MOVEMENTS_PER_ORDER_MAX, Movement, MovementKind, MovementList,
};
pub use nonconformance::{BoardDecision, DISPOSITIONS_MAX, DisposedPart, Nonconformance};
pub use nonconformance_course::{Disposed, NonconformanceState};
pub use notice::Notice;
pub use oee::{Factor, Oee};
pub use operation::{Operation, OperationState};
pub use operation_facts::{Dispatch, GivenUp, MachineTally, SetUp, Standstill};
pub use order_axes::{Confirmation, Delivery, Lifecycle};
pub use order_operations::LATE_AFTER_S;
pub use order_quality::OrderInspection;
pub use order_take::{OPERATIONS_PER_TAKE_MAX, OperationTake, OrderTake};
pub use ownership::{
    CLAIMS_PER_OBJECT_MAX, Claim, Claimed, Claims, Facet, Field, Owners, Ownership, System, Writer,
};
pub use paged::PAGE_ENTRIES_MAX;
pub use paged_map::PagedMap;
pub use plant::{Plant, Touched, Turn};
pub use process::{
    ANSWER_WITHIN_S, Bearing, DOCUMENTS_PER_STEP_MAX, Limit, Process, ProcessRules, ProcessState,
    RETRY_WAIT_S_MAX, Refusal, Rule, STEPS_PER_LANE_MAX, Step, StepState, TRIES_MAX,
};
pub(crate) use process::{Finding, Obstacle};
pub use process_id::{CommandKey, InvalidCommandKey, InvalidProcessId, ProcessId, ProcessKind};
pub use quantity::{Amount, InvalidAmount, QUANTITY_ABS_MAX, QUANTITY_SCALE_MAX, Quantity};
pub use reaches::Reaches;
pub use rejection::Rejection;
pub use rejection_edge::EdgeRejection;
pub use rejection_intake::IntakeRejection;
pub use rejection_material::MaterialRejection;
pub use rejection_packing::PackingRejection;
pub use rejection_process::ProcessRejection;
pub use rejection_quality::QualityRejection;
pub use report_ledger::{REPORTS_PER_OPERATION_MAX, ReportId, Tally};
pub use rounding::{POSTING_SCALE, PostingLine};
pub use routing::{ROUTING_VERSIONS_MAX, Routing, RoutingVersion, RoutingWish};
pub use run::Run;
pub use rust_decimal::Decimal;
pub use share::{InvalidShare, Share, ShareScale};
pub use shared::Shared;
pub use shipment::{GateDecision, Reason, Shipment};
pub use shipment_end::{ShipmentEnd, ShipmentState};
pub use smol_str::SmolStr;
pub use state_hash::StateHash;
pub use stock_status::{STATUS_CHANGES_PER_LOT_MAX, StatusChange};
pub use sum_by_time::SumByTime;
pub use tank::{DRAWINGS_PER_LOT_MAX, TankDrawing};
pub use time::{InvalidTime, Time};
pub use time_line::{CORRECTION_WINDOW_S, Doing, StateFact};
pub use time_window::TimeWindow;
pub use unborn::{UNBORN_MESSAGES_MAX, UNBORN_MESSAGES_SHOWN};
pub use unit::{InvalidUnit, Unit};
pub use unit_table::Dimension;
pub use work_center::{Folded, WorkCenter};
pub use work_order::{
    Abort, Closing, LOTS_PER_ORDER_MAX, OrderField, Said, TechCompletion, WorkOrder,
};
