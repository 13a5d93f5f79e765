//! Kills a replica again and again while people are at work, and holds it against the service: `cargo xtask crash`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that checks, and panics where something is wrong"
)]

#[path = "../../tests/support/crew.rs"]
mod crew;
mod driver;
mod held;
mod outcome;
mod program;
mod replica;
mod service;
#[path = "../../tests/support/weather.rs"]
mod weather;

use std::env;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--kills", kills, "--seed", seed] => {
            driver::run(kills.parse().expect("a number"), seed.parse().expect("a number")).await;
        }
        ["service"] => service::run().await,
        ["replica", url, file, seed] => replica::run(url, file.as_ref(), seed.parse().expect("a number")).await,
        _ => panic!("usage: crash --kills N --seed S"),
    }
}
