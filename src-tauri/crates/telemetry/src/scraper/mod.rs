//! Health data without a Prometheus: the pods' own pages, read every five seconds and kept for a few minutes.
//!
//! [`PodScraper`] stands in the place of a Prometheus and answers the few kinds of questions that this crate asks of one: samples of a
//! selector, and how many series there are. So detection, counting and judging are the same with either. Anything else
//! ([`TelemetryError::NeedsPrometheus`]) only a Prometheus can work out, and what was before somebody asked for the first time
//! nobody knows.

mod asked;
mod chosen;
mod kept;
mod target;

pub use target::{PodTarget, PodTargets};

use crate::environment::locked;
use crate::pod_pages::read_page;
use crate::{Answer, PrometheusTransport, TelemetryError};
use asked::Asked;
use async_trait::async_trait;
use chosen::Chosen;
use futures::future::join_all;
use kept::Kept;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time between two rounds, in milliseconds.
const PACE_MS: i64 = 5_000;
/// A round begins so long before a look ends, in milliseconds: its samples are there when the look is made.
const AHEAD_MS: i64 = 500;
/// How long a list of pods is good for, in milliseconds: new pods are met so late, but a large namespace's list is long. Those of a
/// release are read first-hand meanwhile.
const LISTED_MS: i64 = 15_000;
/// Without a question for so long the pages of a namespace are not read any more, in milliseconds. As long as what is looked at before a
/// release: a person who prepares one has it when it begins.
const IDLE_MS: i64 = 600_000;

/// Tells the time, in milliseconds since 1970.
type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Reads the pages of pods that somebody asks about, as a Prometheus would.
pub struct PodScraper {
    targets: Arc<dyn PodTargets>,
    clock: Clock,
    namespaces: Mutex<BTreeMap<String, Arc<Namespace>>>,
}

/// One namespace, and the way to its pods.
struct Namespace {
    name: String,
    targets: Arc<dyn PodTargets>,
    clock: Clock,
    /// One round at a time.
    round: tokio::sync::Mutex<()>,
    read: Mutex<Read>,
}

/// What is read of it.
#[derive(Default)]
struct Read {
    chosen: Chosen,
    kept: Kept,
    /// The pods as they were listed last, and when, in milliseconds.
    listed: Option<(i64, Vec<PodTarget>)>,
    /// Why the last round brought nothing.
    trouble: Option<TelemetryError>,
    /// Whether it is read again and again.
    goes_on: bool,
}

impl PodScraper {
    /// Reads these pods by the system's clock.
    pub fn new(targets: Arc<dyn PodTargets>) -> PodScraper {
        PodScraper::by_clock(targets, || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(0)
        })
    }

    /// Reads these pods by another clock: milliseconds since 1970.
    pub fn by_clock(
        targets: Arc<dyn PodTargets>,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> PodScraper {
        PodScraper {
            targets,
            clock: Arc::new(clock),
            namespaces: Mutex::default(),
        }
    }

    fn namespace(&self, name: &str) -> Arc<Namespace> {
        let mut namespaces = locked(&self.namespaces);
        let known = namespaces.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Namespace {
                name: name.to_owned(),
                targets: Arc::clone(&self.targets),
                clock: Arc::clone(&self.clock),
                round: tokio::sync::Mutex::default(),
                read: Mutex::default(),
            })
        });
        Arc::clone(known)
    }
}

#[async_trait]
impl PrometheusTransport for PodScraper {
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        let param = |wanted: &str| {
            let mut found = params.iter().filter(|(name, _)| *name == wanted);
            found.next().map(|(_, value)| value.as_str())
        };
        let asked = match (path, param("query")) {
            ("/api/v1/query", Some(query)) => Asked::read(query),
            _ => None,
        };
        let asked = asked.ok_or(TelemetryError::NeedsPrometheus)?;
        // Series of another convention of labels are on no page.
        let Some(name) = asked.namespace() else {
            return Ok(kept::nothing());
        };
        let now_ms = (self.clock)();
        let until_ms = param("time")
            .and_then(|text| text.parse::<f64>().ok())
            .map_or(now_ms, |seconds| (seconds * 1000.0).round() as i64);
        let namespace = self.namespace(name);
        namespace.ask(&asked, now_ms).await;
        let read = locked(&namespace.read);
        match &read.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(read.kept.answer(&asked, until_ms)),
        }
    }
}

impl Namespace {
    /// Sees to it that what is asked about has been read, and is read from now on.
    async fn ask(self: &Arc<Self>, asked: &Asked, now_ms: i64) {
        let pods = asked.pods();
        let is_new = {
            let mut read = locked(&self.read);
            read.chosen.ask(&pods, now_ms);
            read.kept.ask(&self.name, asked.metric());
            if !std::mem::replace(&mut read.goes_on, true) {
                tokio::spawn(read_on(Arc::downgrade(self)));
            }
            read.chosen.are_new(&pods)
        };
        if is_new {
            let _alone = self.round.lock().await;
            // Unless another question has seen to it meanwhile.
            if locked(&self.read).chosen.are_new(&pods) {
                locked(&self.read).listed = None;
                self.round().await;
            }
        }
    }

    /// One round: the pages of the pods that are asked about.
    async fn round(&self) {
        let at_ms = (self.clock)();
        let pages = match self.targets(at_ms).await {
            Ok(targets) => self.pages(targets).await,
            Err(error) => Err(error),
        };
        let mut read = locked(&self.read);
        read.chosen.are_read();
        match pages {
            Ok(pages) => {
                read.kept.take(&self.name, at_ms, pages);
                read.trouble = None;
            }
            Err(error) => {
                read.listed = None;
                read.trouble = Some(error);
            }
        }
    }

    /// The pods, listed lately.
    async fn targets(&self, now_ms: i64) -> Result<Vec<PodTarget>, TelemetryError> {
        if let Some((at_ms, listed)) = &locked(&self.read).listed
            && now_ms - at_ms < LISTED_MS
        {
            return Ok(listed.clone());
        }
        let targets = self.targets.targets(&self.name).await?;
        locked(&self.read).listed = Some((now_ms, targets.clone()));
        Ok(targets)
    }

    /// The pages of those that are read; why not, if there is none.
    async fn pages(&self, targets: Vec<PodTarget>) -> Result<Vec<(PodTarget, String)>, TelemetryError> {
        let chosen = locked(&self.read).chosen.choose(targets);
        let pages = chosen.into_iter().map(|target| async move {
            let pages = self.targets.as_ref();
            let text = read_page(pages, &self.name, &target.pod, target.port, &target.path).await;
            (target, text)
        });
        let (mut read, mut failed) = (Vec::new(), None);
        for (target, text) in join_all(pages).await {
            match text {
                Ok(text) => read.push((target, text)),
                Err(status) => {
                    let place = format!(":{}{}", target.port, target.path);
                    failed = Some(TelemetryError::NoPage { place, status });
                }
            }
        }
        if read.is_empty() {
            return Err(failed.unwrap_or(TelemetryError::NoPods));
        }
        Ok(read)
    }
}

/// Rounds at a steady pace, each a moment before a look ends, until nobody asks any more.
async fn read_on(namespace: Weak<Namespace>) {
    loop {
        let Some(now_ms) = namespace.upgrade().map(|of| (of.clock)()) else {
            return;
        };
        let next_ms = ((now_ms + AHEAD_MS).div_euclid(PACE_MS) + 1) * PACE_MS - AHEAD_MS;
        tokio::time::sleep(Duration::from_millis(next_ms.abs_diff(now_ms))).await;
        let Some(namespace) = namespace.upgrade() else {
            return;
        };
        {
            let mut read = locked(&namespace.read);
            read.chosen.forget_before(next_ms - IDLE_MS);
            if read.chosen.are_none() {
                *read = Read::default();
                return;
            }
        }
        let _alone = namespace.round.lock().await;
        namespace.round().await;
    }
}
