//! How long the practice clusters take to start, to run for an hour, and to answer the largest query a health check asks.
#![allow(clippy::print_stdout, reason = "this is what it is for")]

use practice::{Environment, Options, Practice};
use std::time::{Duration, Instant};

fn main() {
    let begin = Instant::now();
    let practice = Practice::start(Options {
        manual: true,
        ..Options::default()
    });
    println!("start with an hour of past: {:?}", begin.elapsed());
    let begin = Instant::now();
    practice.advance_by(Duration::from_secs(3600));
    println!("another hour: {:?}", begin.elapsed());
    let query = "http_server_request_duration_seconds_bucket%7Bnamespace%3D%22shop%22%2Cpod%3D~%22checkout-.%2B%22%7D%5B120s%5D";
    let begin = Instant::now();
    let bytes = practice.with_world(Environment::Production, |world| {
        http::Request::get(format!("/api/v1/query?query={query}"))
            .body(bytes::Bytes::new())
            .map(|request| world.prometheus(&request).into_body().len())
    });
    println!(
        "raw buckets of two minutes: {:?}, {bytes:?} bytes",
        begin.elapsed()
    );
}
