//! A server of a language model: what it counts, under the names of vLLM's metrics (docs.vllm.ai, "Production Metrics").
//! The buckets are this cluster's own.

use crate::metrics::{BUCKETS, Field, bound, up_to};
use crate::sampling::{Noise, binomial, normal, poisson};
use crate::traffic::{LatencyShares, into_buckets};

/// Why answers end, as vLLM names it.
const REASONS: [&str; 4] = ["stop", "length", "abort", "error"];
/// Answers that a pod writes at the same time; more have to wait.
const AT_ONCE: f64 = 64.0;

/// How a model writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelServer {
    /// Median seconds until the first token of an answer.
    pub first_token_median: f64,
    /// Standard deviation of that time's logarithm.
    pub first_token_spread: f64,
    /// Median seconds from one token to the next.
    pub next_token_median: f64,
    /// Standard deviation of that time's logarithm.
    pub next_token_spread: f64,
    /// Mean tokens of an answer.
    pub tokens: f64,
}

/// What a pod of a model server has counted since it started, and what it holds now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelCounters {
    ended: [u32; REASONS.len()],
    first_token: [u32; BUCKETS],
    first_token_seconds: f64,
    next_token: [u32; BUCKETS],
    next_token_seconds: f64,
    tokens: f64,
    running: f64,
    waiting: f64,
    cache: f64,
}

/// The requests of one pod in one interval.
pub(crate) struct Asked {
    pub(crate) answered: u64,
    pub(crate) failed: u64,
    /// Mean requests per second.
    pub(crate) rate: f64,
    /// How many times as long as usual it takes.
    pub(crate) slower: f64,
}

impl ModelCounters {
    pub(crate) fn count(
        &mut self,
        model: &ModelServer,
        asked: &Asked,
        noise: &mut Noise,
        shares: &mut LatencyShares,
    ) {
        let aborted = binomial(noise, asked.answered, 0.01);
        let cut = binomial(noise, asked.answered - aborted, 0.15);
        let stopped = asked.answered - aborted - cut;
        for (count, more) in self.ended.iter_mut().zip([stopped, cut, aborted, asked.failed]) {
            *count = count.wrapping_add(u32::try_from(more).unwrap_or(u32::MAX));
        }
        let mean = |median: f64, spread: f64| median * (spread * spread / 2.0).exp();
        let (first, next) = (
            model.first_token_median * asked.slower,
            model.next_token_median * asked.slower,
        );
        let law = shares.of(first, model.first_token_spread);
        into_buckets(noise, &law, asked.answered, &mut self.first_token);
        self.first_token_seconds += asked.answered as f64 * mean(first, model.first_token_spread);
        let tokens = poisson(noise, asked.answered as f64 * model.tokens);
        let gaps = tokens.saturating_sub(asked.answered);
        let law = shares.of(next, model.next_token_spread);
        into_buckets(noise, &law, gaps, &mut self.next_token);
        self.next_token_seconds += gaps as f64 * mean(next, model.next_token_spread);
        self.tokens += tokens as f64;
        // As many at a time as come while one is written (Little's law).
        let wanted = asked.rate * (first + model.tokens * next);
        self.running = (wanted + normal(noise)).clamp(0.0, AT_ONCE).round();
        self.waiting = (wanted - AT_ONCE + 0.5 * normal(noise)).max(0.0).round();
        self.cache = (self.running / AT_ONCE * 0.9 + 0.01 * normal(noise)).clamp(0.0, 1.0);
    }
}

/// One number of a model server's counters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelField {
    /// Answers that ended for one reason.
    Ended(usize),
    /// Times to the first token up to a bucket's bound.
    FirstToken(usize),
    /// Seconds to first tokens.
    FirstTokenSeconds,
    /// Times between tokens up to a bucket's bound.
    NextToken(usize),
    /// Seconds between tokens.
    NextTokenSeconds,
    /// Tokens written.
    Tokens,
    /// Answers being written.
    Running,
    /// Requests that wait.
    Waiting,
    /// Part of the key-value cache in use.
    Cache,
}

impl ModelField {
    pub(crate) fn of(self, counters: &ModelCounters) -> f64 {
        match self {
            Self::Ended(reason) => f64::from(counters.ended[reason]),
            Self::FirstToken(bucket) => up_to(&counters.first_token, bucket),
            Self::FirstTokenSeconds => counters.first_token_seconds,
            Self::NextToken(bucket) => up_to(&counters.next_token, bucket),
            Self::NextTokenSeconds => counters.next_token_seconds,
            Self::Tokens => counters.tokens,
            Self::Running => counters.running,
            Self::Waiting => counters.waiting,
            Self::Cache => counters.cache,
        }
    }
}

/// The series of one of vLLM's metrics per pod.
pub(crate) fn fields(name: &str) -> Vec<(Vec<(&'static str, String)>, Field)> {
    let buckets = |field: fn(usize) -> ModelField| {
        (0..BUCKETS)
            .map(|bucket| (vec![("le", bound(bucket))], Field::Model(field(bucket))))
            .collect()
    };
    let one = |field| vec![(vec![], Field::Model(field))];
    match name {
        "vllm:request_success_total" => (0..REASONS.len())
            .map(|reason| {
                let labels = vec![("finished_reason", REASONS[reason].to_owned())];
                (labels, Field::Model(ModelField::Ended(reason)))
            })
            .collect(),
        "vllm:time_to_first_token_seconds_bucket" => buckets(ModelField::FirstToken),
        "vllm:time_to_first_token_seconds_count" => one(ModelField::FirstToken(BUCKETS - 1)),
        "vllm:time_to_first_token_seconds_sum" => one(ModelField::FirstTokenSeconds),
        "vllm:inter_token_latency_seconds_bucket" => buckets(ModelField::NextToken),
        "vllm:inter_token_latency_seconds_count" => one(ModelField::NextToken(BUCKETS - 1)),
        "vllm:inter_token_latency_seconds_sum" => one(ModelField::NextTokenSeconds),
        "vllm:generation_tokens_total" => one(ModelField::Tokens),
        "vllm:num_requests_running" => one(ModelField::Running),
        "vllm:num_requests_waiting" => one(ModelField::Waiting),
        "vllm:kv_cache_usage_perc" => one(ModelField::Cache),
        _ => Vec::new(),
    }
}
