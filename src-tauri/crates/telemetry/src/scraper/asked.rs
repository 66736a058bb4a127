//! The questions that are answered without a Prometheus.

use crate::answer::Labels;
use crate::matching::Matching;
use promql_parser::label::Matcher;
use promql_parser::parser::token::T_COUNT;
use promql_parser::parser::{self, Expr, LabelModifier};

/// The label of the namespace and that of the pod: the usual convention is the only one here.
const NAMESPACE: &str = "namespace";
pub(super) const POD: &str = "pod";

/// A question about the series of one selector.
pub(super) struct Asked {
    pub(super) matching: Matching,
    pub(super) wanted: Wanted,
}

/// What is wanted of them.
pub(super) enum Wanted {
    /// The samples of the last milliseconds.
    Samples(i64),
    /// Their number, for each combination of these labels.
    Count(Vec<String>),
}

impl Asked {
    /// Reads `selector[time]`, `count(selector)` and `count by (labels) (selector)` of a metric that is named; `None` for anything else.
    pub(super) fn read(query: &str) -> Option<Asked> {
        let asked = match parser::parse(query).ok()? {
            Expr::MatrixSelector(matrix) => Asked {
                wanted: Wanted::Samples(i64::try_from(matrix.range.as_millis()).ok()?),
                matching: Matching::of(matrix.vs)?,
            },
            Expr::Aggregate(count) if count.op.id() == T_COUNT => {
                let Expr::VectorSelector(selector) = *count.expr else {
                    return None;
                };
                let by = match count.modifier {
                    None => Vec::new(),
                    Some(LabelModifier::Include(by)) => by.labels,
                    Some(LabelModifier::Exclude(_)) => return None,
                };
                Asked {
                    wanted: Wanted::Count(by),
                    matching: Matching::of(selector)?,
                }
            }
            _ => return None,
        };
        asked.matching.metric().is_some().then_some(asked)
    }

    /// The metric's name.
    pub(super) fn metric(&self) -> &str {
        self.matching.metric().unwrap_or_default()
    }

    /// The namespace that it is about; `None` if it does not say.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.matching.equal_to(NAMESPACE)
    }

    /// What it says of the pods.
    pub(super) fn pods(&self) -> Vec<Matcher> {
        self.matching.about(POD).cloned().collect()
    }

    pub(super) fn picks(&self, labels: &Labels) -> bool {
        self.matching.picks(labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_a_prometheus_for_counters_is_read() {
        let asked = Asked::read(r#"a_total{namespace="shop",pod=~"x-.+"}[90s]"#).unwrap();
        assert!(matches!(asked.wanted, Wanted::Samples(90_000)));
        assert_eq!((asked.metric(), asked.namespace()), ("a_total", Some("shop")));
        assert_eq!(asked.pods().len(), 1);
        let asked = Asked::read(r#"count by (pod, code) (a_total{namespace="shop"})"#).unwrap();
        assert!(matches!(asked.wanted, Wanted::Count(by) if by == ["pod", "code"]));
        let asked = Asked::read(r#"count({__name__="a_total",exported_namespace="shop"})"#).unwrap();
        assert_eq!((asked.metric(), asked.namespace()), ("a_total", None));
    }

    #[test]
    fn what_only_a_prometheus_works_out_is_not() {
        for query in [
            "sum(rate(a_total[1m]))",
            "rate(a_total[1m])",
            "a_total",
            "a_total[1m] offset 5m",
            r#"{__name__=~"a_.*"}[1m]"#,
            "count without (pod) (a_total)",
            "sum(a_total)",
            "time()",
            "no query at all {",
        ] {
            assert!(Asked::read(query).is_none(), "{query}");
        }
    }
}
