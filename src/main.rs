//! The `twin` command: a live, trustworthy picture of a plant.

mod api_description;
mod asked_twin;
mod async_api;
mod broker_config;
mod broker_metrics;
mod check_answer;
mod check_question;
mod check_route;
mod cli;
mod config;
mod contract_routes;
mod data_dir;
mod demo;
mod doctor;
mod edge;
mod edge_aside;
mod edge_config;
mod edge_import;
mod edge_routes;
mod event_examples;
mod exception_routes;
mod exceptions;
mod exit;
mod export;
mod flow;
mod forecast_log;
mod forecasts;
mod genealogy;
mod hex;
mod import;
mod import_format;
mod import_through_broker;
mod kpi_route;
mod kpis;
mod load_amqp;
mod load_http;
mod load_pace;
mod load_sink;
mod load_source;
mod may;
mod may_cli;
mod no_route;
mod opened;
mod page;
mod position_file;
mod probes;
mod problem;
mod publish;
mod publish_config;
mod reader;
mod reader_description;
mod redis_config;
mod report;
mod same_host;
mod say;
mod schemas;
mod serve;
mod served_plant;
mod server;
mod sim;
mod sim_check;
mod sim_cli;
mod sim_finding;
mod sim_fit;
mod sim_import;
mod sim_load;
mod sim_report;
mod sim_report_html;
mod sim_run;
mod sim_trace;
mod state_route;
mod table_export;
mod telemetry;
mod truth_dir;
mod truth_twin;
mod twin_client;
mod verify;
mod what_if;
mod what_if_answer;
mod what_if_cli;
mod what_if_question;
mod what_if_route;
mod what_if_stream;
mod what_if_turn;
mod what_if_work;
mod why;

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;

use crate::cli::{Cli, Command};

/// Holds and genealogies make and drop thousands of small states per turn, on two threads: with it
/// they take about half of the time that they take with the system's allocator (ADR 0028).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(&cli.command);
    let outcome = match cli.command {
        Command::Demo(arguments) => actix_web::rt::System::new().block_on(demo::run(arguments)),
        Command::Serve(arguments) => actix_web::rt::System::new().block_on(serve::run(arguments)),
        Command::Edge(arguments) => actix_web::rt::System::new().block_on(edge::run(arguments)),
        Command::Import(arguments) => actix_web::rt::System::new().block_on(import::run(arguments)),
        Command::Doctor(arguments) => actix_web::rt::System::new().block_on(doctor::run(arguments)),
        Command::Export(arguments) => export::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Report(arguments) => flow::run(&arguments),
        Command::Genealogy(arguments) => genealogy::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Exceptions(arguments) => exceptions::run(&arguments),
        Command::Schemas(arguments) => schemas::run(&arguments),
        Command::Sim(arguments) => actix_web::rt::System::new().block_on(sim::run(arguments)),
        Command::WhatIf(arguments) => what_if::run(&arguments),
        Command::Kpis(arguments) => kpis::run(&arguments),
        Command::May(arguments) => may::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
