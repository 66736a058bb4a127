//! Selectors of PromQL on series that were not fetched by a query.

use crate::answer::Labels;
use promql_parser::label::{MatchOp, Matcher, Matchers};
use promql_parser::parser::{self, Expr, VectorSelector};

/// Which series a selector picks.
pub(crate) struct Matching {
    name: Option<String>,
    matchers: Matchers,
}

impl Matching {
    /// Reads a selector without range; `None` if it is none, or one of another time.
    pub(crate) fn read(selector: &str) -> Option<Matching> {
        match parser::parse(selector).ok()? {
            Expr::VectorSelector(selector) => Matching::of(selector),
            _ => None,
        }
    }

    /// Of a selector; `None` if it is one of another time.
    pub(crate) fn of(selector: VectorSelector) -> Option<Matching> {
        match selector {
            VectorSelector {
                name,
                matchers,
                offset: None,
                at: None,
            } => Some(Matching { name, matchers }),
            _ => None,
        }
    }

    /// The name of the metric; `None` if it can have several.
    pub(crate) fn metric(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.equal_to("__name__"))
    }

    /// What a label must say; `None` if it may say several things.
    pub(crate) fn equal_to<'a>(&'a self, label: &'a str) -> Option<&'a str> {
        let mut equal = self.about(label).filter(|matcher| matcher.op == MatchOp::Equal);
        equal.next().map(|matcher| matcher.value.as_str())
    }

    /// What it says of a label, but for what are alternatives.
    pub(crate) fn about<'a>(&'a self, label: &'a str) -> impl Iterator<Item = &'a Matcher> {
        self.matchers
            .matchers
            .iter()
            .filter(move |matcher| matcher.name == label)
    }

    /// Whether a line of a page can be of such a series: a check that costs little.
    pub(crate) fn may_be_on(&self, line: &str) -> bool {
        self.name.as_deref().is_none_or(|name| line.starts_with(name))
    }

    /// Whether it picks the series with these labels; a label that is missing is empty.
    pub(crate) fn picks(&self, labels: &Labels) -> bool {
        let of = |name: &str| labels.get(name).map_or("", String::as_str);
        let fits = |matchers: &[Matcher]| matchers.iter().all(|matcher| matcher.is_match(of(&matcher.name)));
        let named = self.name.as_deref().is_none_or(|name| name == of("__name__"));
        let either = &self.matchers.or_matchers;
        named && fits(&self.matchers.matchers) && (either.is_empty() || either.iter().any(|some| fits(some)))
    }
}
