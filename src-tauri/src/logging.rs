//! Where the log goes: standard error, at the level of `SLIPWAY_LOG` (default `info`).
//!
//! Libraries below Slipway log whole requests at their debug levels, and a request can carry a token. They stay at
//! `warn` whatever `SLIPWAY_LOG` says about Slipway itself.

use tracing_subscriber::EnvFilter;

/// Libraries whose debug output may carry credentials or object bodies.
const QUIET: [&str; 7] = [
    "kube_client=warn",
    "kube=warn",
    "hyper=warn",
    "hyper_util=warn",
    "h2=warn",
    "reqwest=warn",
    "tower=warn",
];

/// Starts logging. A second call in the same process changes nothing.
pub fn start() {
    let asked = std::env::var("SLIPWAY_LOG").unwrap_or_else(|_| "info".to_owned());
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter(&asked))
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// The filter for what was asked: invalid parts are left out, and the quiet libraries stay quiet.
fn filter(asked: &str) -> EnvFilter {
    QUIET
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(EnvFilter::new(asked), EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn libraries_that_may_log_credentials_stay_at_warn_even_when_everything_else_is_traced() {
        let shown = filter("trace").to_string();
        for library in super::QUIET {
            assert!(shown.contains(library), "{library} is missing in {shown}");
        }
    }
}
