//! How long the practice clusters take to start.
#![allow(clippy::print_stdout)]
use practice::{Options, Practice};
fn main() {
    let begin = std::time::Instant::now();
    let practice = Practice::start(Options {
        manual: true,
        ..Options::default()
    });
    println!("{:?} {}", begin.elapsed(), practice.now());
    let begin = std::time::Instant::now();
    practice.advance_by(std::time::Duration::from_secs(3600));
    println!("{:?} {}", begin.elapsed(), practice.now());
}
