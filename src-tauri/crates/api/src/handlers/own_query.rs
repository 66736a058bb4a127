//! Queries of a person's own, as telemetry asks them.

use crate::view::CustomQuery;
use judge::SignalKind;
use telemetry::SignalQuery;

/// What stands for the arm's pods in a person's query.
const ARM: &str = "{arm}";
/// The same in the words of telemetry.
const MATCHERS: &str = "namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\"";

/// How the signal is read; `None` if something that it takes is missing.
pub(crate) fn own_query(own: &CustomQuery) -> Option<SignalQuery> {
    let written = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| text.replace(ARM, MATCHERS))
    };
    let query = written(&own.query)?;
    Some(match (own.signal.kind, own.quality) {
        (SignalKind::ErrorRatio, Some(quality)) => SignalQuery::Labelled {
            predictions: query,
            quality,
        },
        (SignalKind::ErrorRatio, None) => SignalQuery::Ratio {
            total: written(own.total.as_deref()?)?,
            bad: query,
        },
        (SignalKind::Latency { .. }, _) => SignalQuery::Buckets {
            buckets: query,
            unit: Default::default(),
        },
        (SignalKind::Count, _) => SignalQuery::Events { events: query },
        (SignalKind::Gauge | SignalKind::Rate, _) => SignalQuery::Value { expression: query },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::{Quality, SignalSpec};

    fn own(kind: SignalKind, query: &str) -> CustomQuery {
        let mut signal = SignalSpec::error_ratio("own-1", 0.01);
        signal.kind = kind;
        CustomQuery {
            signal,
            query: query.into(),
            total: None,
            quality: None,
        }
    }

    #[test]
    fn every_kind_of_signal_gets_a_query_that_fits_it() {
        let latency = SignalKind::Latency {
            quantile: 0.95,
            objective: 0.3,
        };
        for kind in [latency, SignalKind::Count, SignalKind::Gauge, SignalKind::Rate] {
            assert!(own_query(&own(kind, "x{{arm}}")).unwrap().fits(kind), "{kind:?}");
        }
        let mut ratio = own(SignalKind::ErrorRatio, "failed{{arm}}");
        assert_eq!(own_query(&ratio), None, "bad ones of how many?");
        ratio.total = Some("tried{{arm}}".into());
        assert!(own_query(&ratio).unwrap().fits(SignalKind::ErrorRatio));
        ratio.quality = Some(Quality::F1);
        assert!(matches!(own_query(&ratio), Some(SignalQuery::Labelled { .. })));
    }

    #[test]
    fn the_arm_becomes_matchers_beside_a_persons_own_and_an_empty_query_is_none() {
        let query = own_query(&own(SignalKind::Count, " failed_total{code=~\"5..\",{arm}} "));
        let Some(SignalQuery::Events { events }) = query else {
            panic!("{query:?}");
        };
        assert_eq!(
            events,
            "failed_total{code=~\"5..\",namespace=\"{{namespace}}\",pod=~\"{{arm_pods}}\"}"
        );
        assert_eq!(own_query(&own(SignalKind::Gauge, "  ")), None);
    }
}
