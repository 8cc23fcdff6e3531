//! The compiled `twin` as its users run it: real processes, real sockets, real files.
//!
//! Each test starts processes of its own, on ports that the system chooses, in a temporary
//! directory, and ends exactly those. What needs a RabbitMQ is behind the feature `amqp-tests`
//! and finds it by `TWIN_TEST_AMQP`; `scripts/test.sh` sets both up.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod account;
mod bad_messages;
mod checks;
mod closed_pipe;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod connection;
#[cfg(feature = "chaos")]
mod deadly;
mod demo;
#[cfg(feature = "chaos")]
mod disk;
#[cfg(feature = "amqp-tests")]
mod doctor;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod edge_drill;
mod exceptions;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
#[path = "../../ingest/tests/amqp/fault_proxy.rs"]
mod fault_proxy;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod feed;
mod fit;
mod fold;
mod genealogy_exchange;
mod import_report;
#[cfg(feature = "amqp-tests")]
mod import_through_rabbitmq;
mod job_shop;
mod job_shop_log;
mod job_shop_shuffled;
#[cfg(feature = "amqp-tests")]
mod kill_in_import;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod kill_points;
mod kpis;
mod load_and_check;
mod load_in_process;
#[path = "../../simulators/tests/load/plans.rs"]
mod load_plans;
#[cfg(feature = "amqp-tests")]
mod load_through_rabbitmq;
mod metrics;
#[cfg(feature = "amqp-tests")]
mod overload;
#[cfg(feature = "amqp-tests")]
#[path = "../../ingest/tests/amqp/own_broker.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod own_broker;
#[cfg(feature = "redis-tests")]
mod own_redis;
#[cfg(feature = "amqp-tests")]
mod published;
mod query_examples;
#[cfg(feature = "amqp-tests")]
mod rabbitmq;
#[cfg(feature = "redis-tests")]
mod redis_copy;
#[cfg(all(feature = "amqp-tests", feature = "chaos", feature = "redis-tests"))]
mod redis_drill;
#[cfg(feature = "redis-tests")]
mod redis_limits;
#[cfg(feature = "redis-tests")]
mod redis_reader;
#[cfg(feature = "redis-tests")]
mod redis_reader_stream;
#[cfg(all(feature = "amqp-tests", feature = "redis-tests"))]
mod redis_tls;
mod refusals;
#[cfg(feature = "amqp-tests")]
mod refusals_over_amqp;
mod resume_drill;
#[cfg(all(feature = "amqp-tests", feature = "chaos"))]
mod scene;
mod stock;
mod told_stream;
mod twin_process;
mod verify;
mod web_socket;
mod what_if;
mod what_if_clients;
mod whys;
