use crate::pod_labels::PodLabels;
use crate::{PodPages, PodScraper, PodTargets, Preset, PrometheusTransport, SignalQuery};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Where an environment's health data comes from.
#[derive(Clone)]
pub struct Source {
    /// The way to Prometheus, or to what stands in its place.
    pub transport: Arc<dyn PrometheusTransport>,
    /// The way to the pods' own pages; `None`: they are not read, and new pods are seen when Prometheus sees them.
    pub pods: Option<Arc<dyn PodPages>>,
    /// Which metrics the applications have.
    pub preset: Preset,
    /// Under which labels series tell their pod; `None`: whichever convention is found.
    pub labels: Option<PodLabels>,
    /// Queries that the user wrote, by the signal's id; they come before the preset's.
    pub queries: BTreeMap<String, SignalQuery>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Whether there is no Prometheus, and the pods' own pages are read in its place.
    pub is_of_pods: bool,
    /// Where it was found, for people; `None` if it was not looked for.
    pub found_at: Option<String>,
    /// How long after a time its samples may still come, although newer ones are there: at the most, and where it is not seen that
    /// all are there.
    pub settle: Duration,
}

impl Source {
    /// The usual source: everything is found by itself.
    pub fn new(transport: Arc<dyn PrometheusTransport>) -> Source {
        Source {
            transport,
            pods: None,
            preset: Preset::Automatic,
            labels: None,
            queries: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            settle: Duration::from_secs(2),
            is_of_pods: false,
            found_at: None,
        }
    }

    /// Without a Prometheus: these pods are read all the time, and young ones first-hand.
    pub fn without_prometheus(pods: Arc<dyn PodTargets>) -> Source {
        let scraper = PodScraper::new(Arc::clone(&pods));
        Source {
            labels: Some(PodLabels::usual()),
            is_of_pods: true,
            ..Source::new(Arc::new(scraper)).pods(pods)
        }
    }

    /// With young pods read first-hand.
    pub fn pods(mut self, pages: Arc<dyn PodPages>) -> Source {
        self.pods = Some(pages);
        self
    }

    /// Found at this place.
    pub fn found_at(mut self, place: String) -> Source {
        self.found_at = Some(place);
        self
    }

    /// With another preset.
    pub fn preset(mut self, preset: Preset) -> Source {
        self.preset = preset;
        self
    }

    /// With a query of the user's for one signal.
    pub fn query(mut self, signal: &str, query: SignalQuery) -> Source {
        self.queries.insert(signal.to_owned(), query);
        self
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("pods", &self.pods.is_some())
            .field("preset", &self.preset)
            .field("labels", &self.labels)
            .field("queries", &self.queries)
            .finish_non_exhaustive()
    }
}
