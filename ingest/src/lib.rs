//! How events come in: RabbitMQ consumers, the embedded broker, files and HTTP routes, and how
//! commands go out to the broker.
//!
//! Everything that comes in goes through the plant's `Intake`, and is acknowledged to whoever sent
//! it only after the plant's commit. What cannot be read goes the same way and is kept there as an
//! exception: nothing ends here.
//!
//! What is absent here: rules of the plant, and state that must survive. AMQP is nowhere else.

pub mod amqp_url;
mod b2mml_words;
mod backoff;
pub mod broker_check;
mod broker_object;
mod broker_permissions;
mod broker_version;
pub mod built_in_mapping;
pub mod change_publisher;
pub mod connect_error;
pub mod connection;
pub mod consumer;
pub mod consumer_status;
pub mod consumers;
pub mod delivery;
mod document;
pub mod edge;
pub mod embedded;
pub mod epcis_import;
pub mod epcis_names;
pub mod event_answer;
mod field_path;
pub mod file_import;
pub mod finding;
pub mod http;
mod http_body;
pub mod import_report;
pub mod import_run;
pub mod import_source;
mod inequivalence;
mod json_tree;
mod local_time;
mod mapped_event;
pub mod mapping;
mod mapping_condition;
mod mapping_field;
mod mapping_rule;
mod mapping_time;
mod pace;
pub mod problem;
pub mod publisher;
mod reading;
mod record_kind;
pub mod relay;
pub mod row;
mod row_joins;
mod shdr;
mod shdr_items;
mod shdr_line;
mod stop;
mod template;
pub mod topology;
mod tree;
pub mod trust;
mod xml_tree;
