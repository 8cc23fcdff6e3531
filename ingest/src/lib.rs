//! How events come in: RabbitMQ consumers, the embedded broker, files and HTTP routes, and how
//! commands go out to the broker.
//!
//! Everything that comes in goes through the plant's `Intake`, and is acknowledged to whoever sent
//! it only after the plant's commit. What cannot be read goes the same way and is kept there as an
//! exception: nothing ends here.
//!
//! What is absent here: rules of the plant, and state that must survive. AMQP is nowhere else.

mod backoff;
pub mod connection;
pub mod consumer;
pub mod consumer_status;
pub mod consumers;
pub mod delivery;
pub mod embedded;
pub mod event_answer;
pub mod file_import;
pub mod http;
pub mod import_report;
pub mod import_run;
mod local_time;
pub mod mapping;
mod mapping_field;
mod pace;
pub mod problem;
pub mod publisher;
pub mod relay;
pub mod row;
mod stop;
pub mod topology;
