//! Builds releases look by look.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(
    clippy::expect_used,
    reason = "a scenario that cannot be built is a mistake of the test"
)]

use judge::{Judge, Look, Method, Options, Reading, ReleaseVerdict, Role, Rule, SignalKind, SignalSpec};

/// Seconds between two looks, where a test says nothing else.
pub const SCRAPE_SECONDS: i64 = 5;

/// A release with one judge and its own time.
pub struct Scenario {
    pub judge: Judge,
    now_ms: i64,
    /// Seconds between two looks.
    pub every: i64,
}

pub fn threshold() -> Options {
    Options {
        method: Method::Threshold,
        warmup_seconds: 0.0,
        ..Options::default()
    }
}

/// A level that stops a release by this rule.
pub fn memory(rule: Rule) -> SignalSpec {
    SignalSpec {
        id: "memory".into(),
        name: "Memory".into(),
        unit: "bytes".into(),
        kind: SignalKind::Gauge,
        role: Role::Critical,
        rule,
    }
}

impl Scenario {
    pub fn new(signals: Vec<SignalSpec>, options: Options) -> Self {
        Scenario {
            judge: Judge::new(signals, options).expect("good signals"),
            now_ms: 1_760_000_000_000,
            every: SCRAPE_SECONDS,
        }
    }

    /// One signal `errors` that may grow by half a percentage point.
    pub fn errors(options: Options) -> Self {
        Scenario::new(vec![SignalSpec::error_ratio("errors", 0.005)], options)
    }

    pub fn look(&mut self, signal: &str, stable: Reading, canary: Reading) -> &mut Self {
        self.now_ms += self.every * 1000;
        self.judge
            .observe(signal, &Look::new(self.now_ms, stable, canary));
        self
    }

    pub fn looks(&mut self, count: usize, signal: &str, stable: Reading, canary: Reading) -> &mut Self {
        for _ in 0..count {
            self.look(signal, stable.clone(), canary.clone());
        }
        self
    }

    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    pub fn verdict(&self) -> ReleaseVerdict {
        self.judge.verdict()
    }
}
