use conductor::{Dossier, SignalLooks, Snapshot};
use history::{Happening, HistoryError, Line, Story};
use release::{GateOutcome, Record, RecordKind, Release, Timestamp};

/// Everything that is known of one release, in the order of time: the one source of every picture.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The release with its present state.
    pub(crate) dossier: Dossier,
    /// Lines of its history.
    pub(crate) lines: Vec<Line>,
    /// Samples.
    pub(crate) looks: Vec<SignalLooks>,
    /// What was seen.
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Told {
    /// A release of which nothing has been told yet.
    pub(crate) fn new(dossier: Dossier) -> Told {
        Told {
            dossier,
            lines: Vec::new(),
            looks: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// The record of a release.
    pub(crate) fn of(story: &Story) -> Told {
        Told {
            dossier: story.dossier.clone(),
            lines: story.lines.clone(),
            looks: story.looks.clone(),
            snapshots: story.snapshots.clone(),
        }
    }

    /// What had been told of a release by a moment of its life.
    ///
    /// # Errors
    ///
    /// A stored step does not fit the state.
    pub(crate) fn at(story: &Story, moment: Timestamp) -> Result<Told, HistoryError> {
        let then = story.at(moment)?;
        let seen = story.snapshots.partition_point(|snapshot| snapshot.at <= moment);
        Ok(Told {
            dossier: Dossier {
                release: then.release,
                ..story.dossier.clone()
            },
            lines: then.lines,
            looks: then.looks,
            snapshots: story.snapshots[..seen].to_vec(),
        })
    }

    pub(crate) fn release(&self) -> &Release {
        &self.dossier.release
    }

    /// Adds new looks to their series.
    pub(crate) fn add_looks(&mut self, new: &[SignalLooks]) {
        for of in new {
            match self.looks.iter_mut().find(|known| known.signal == of.signal) {
                Some(known) => known.looks.extend(of.looks.iter().cloned()),
                None => self.looks.push(of.clone()),
            }
        }
    }

    /// The domain's own lines with their times.
    pub(crate) fn records(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &Record)> {
        self.lines.iter().filter_map(|line| match &line.what {
            Happening::Record { record } => Some((line.at, record)),
            Happening::Intent { .. } | Happening::Outcome { .. } => None,
        })
    }

    /// The time of the first line that says so.
    pub(crate) fn first(&self, says: impl Fn(&RecordKind) -> bool) -> Option<Timestamp> {
        self.records()
            .find(|(_, record)| says(&record.what))
            .map(|(at, _)| at)
    }

    /// The time of the last line that says so.
    pub(crate) fn last(&self, says: impl Fn(&RecordKind) -> bool) -> Option<Timestamp> {
        self.records()
            .rev()
            .find(|(_, record)| says(&record.what))
            .map(|(at, _)| at)
    }

    /// The last look at workload and health that is not after a moment.
    pub(crate) fn seen_until(&self, moment: Timestamp) -> Option<&Snapshot> {
        let after = self.snapshots.partition_point(|snapshot| snapshot.at <= moment);
        self.snapshots[..after]
            .iter()
            .rev()
            .find(|snapshot| snapshot.workload.is_some())
    }

    /// When the release was over.
    pub(crate) fn ended(&self) -> Option<Timestamp> {
        if !self.release().stage.is_end() {
            return None;
        }
        self.last(|what| {
            matches!(
                what,
                RecordKind::Completed | RecordKind::RolledBack | RecordKind::PreflightFailed { .. }
            )
        })
        .or_else(|| self.lines.last().map(|line| line.at))
    }

    /// Spans in which the release was known to be degraded; an open one ends at `now`.
    pub(crate) fn harm(&self, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
        let mut since = None;
        for (at, record) in self.records() {
            match &record.what {
                RecordKind::HealthChanged {
                    to: GateOutcome::Degraded,
                    ..
                } => since = since.or(Some(at)),
                RecordKind::HealthChanged { .. } | RecordKind::RolledBack => {
                    spans.extend(since.take().map(|since| (since, at)));
                }
                _ => {}
            }
        }
        spans.extend(since.map(|since| (since, now)));
        spans
    }
}
