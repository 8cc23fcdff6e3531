//! What planners and integrators read: read models, queries and the change stream.
//!
//! [`Projections`] follows every plant of the process through its feed and keeps a [`ReadModel`]
//! and a ring of recent changes per plant, always of one and the same commit. [`http::configure`]
//! adds the routes that answer from them, [`http::openapi`] describes these.
//!
//! What is absent here: decisions. Whatever an answer says was decided by the plant; this crate
//! only shows it, and everything in it can be dropped and made again from the plant.

mod answer;
mod carrier;
mod catch_up;
mod change_event;
mod changes;
mod consumers;
pub mod copy_reader;
mod entities;
mod export;
mod fields;
mod filter;
mod follow;
mod genealogy;
mod genealogy_drawing;
pub mod http;
mod index;
mod kpi;
mod merge_patch;
mod metrics;
mod past;
mod picture;
mod piece;
mod problem;
mod projections;
mod query;
mod read_model;
pub mod redis_copy;
mod ring;
mod search;
mod selection;
mod sentence;
mod snapshot_copies;
mod snapshot_walk;
mod sort;
mod stage_metrics;
mod standing;
mod stream;
mod subscription;
mod teller;
mod turns;
pub mod view;
mod web_socket;
mod weight;
mod why;

pub use answer::{ItemAnswer, ListAnswer};
pub use carrier::Carrier;
pub use change_event::{Cause, NoticeView, StateChanged, StatePatched};
pub use consumers::{CONSUMER_DAYS_MAX, CONSUMER_NAME_BYTES_MAX, CONSUMERS_MAX, ConsumerView};
pub use export::{ExportError, ExportFormat, ExportTable};
pub use follow::{Follow, Told};
pub use genealogy::{EDGES_SHOWN_MAX, KIN_SHOWN_MAX};
pub use kpi::{BREACHES_MAX, BreachView, Goal, Kpi, Target, TargetError};
pub use past::PastView;
pub use problem::Problem;
pub use projections::{Projections, STREAMS_MAX, StreamLimits};
pub use query::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
pub use read_model::ReadModel;
pub use ring::{Gap, STREAM_BEHIND_MAX, STREAM_BYTES_MAX, STREAM_EVENTS_MAX};
pub use selection::{Selection, SelectionLists};
pub use snapshot_walk::{SnapshotEndView, SnapshotView};
pub use standing::{SOURCE_FRESH_MS_MAX, SourceView, Standing};
pub use stream::{CountsChanged, GapView};
pub use why::{WHY_DEPTH_MAX, WHY_LINKS_MAX};
