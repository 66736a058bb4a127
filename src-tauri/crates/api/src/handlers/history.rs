use crate::api::Inner;
use crate::failure::failure;
use crate::manifest_diff::manifest_diff;
use crate::picture::{self, Told};
use crate::runtime::now;
use crate::view::{
    Capsule, Danger, Ending, EnvironmentTag, Exported, Failure, HistoryFilter, HistoryList, HistoryRow,
    ManifestDiff, Note, NoteRequest, Protection, ReleaseRequest,
};
use history::{Filter, Story};
use release::{Person, RecordKind, ReleaseId, Stage, Timestamp};
use std::sync::PoisonError;

/// Rows of one page, each with its small way.
const MOST_ROWS: u32 = 100;
const DAY_MILLIS: i64 = 24 * 3600 * 1000;

impl Inner {
    pub(crate) async fn history_list(&self, request: HistoryFilter) -> Result<HistoryList, Failure> {
        let now = self.latest_now();
        let since = request
            .days
            .map(|days| Timestamp(now.0 - i64::from(days) * DAY_MILLIS));
        let filter = Filter {
            text: request.text.clone(),
            environments: if request.production_only {
                self.production_ids()
            } else {
                Vec::new()
            },
            stages: request.ending.map(stages_of).unwrap_or_default(),
            since,
            until: request.before,
            limit: request.limit.unwrap_or(MOST_ROWS).min(MOST_ROWS),
            ..Filter::default()
        };
        if request.production_only && filter.environments.is_empty() {
            return self.empty_list().await;
        }
        let listing = self.history.list(filter).await?;
        let facts = self.history.facts().await?;
        let mut rows = Vec::with_capacity(listing.releases.len());
        let mut recoveries = Vec::new();
        let ids: Vec<ReleaseId> = listing.releases.iter().map(|row| row.id.clone()).collect();
        for story in self.history.outlines(&ids).await? {
            recoveries.extend(self.recovery_of(&story).await?);
            rows.push(self.history_row(&story));
        }
        let count = |stage: &str| {
            let of = listing.stages.iter().find(|count| count.stage == stage);
            of.map_or(0, |count| u32::try_from(count.count).unwrap_or(u32::MAX))
        };
        let found = u32::try_from(listing.found).unwrap_or(u32::MAX);
        let oldest = since.or_else(|| rows.last().map(|row| row.started_at));
        Ok(HistoryList {
            matching: found,
            total: u32::try_from(facts.releases).unwrap_or(u32::MAX),
            bytes: facts.bytes as f64,
            completed: count("completed"),
            rolled_back: count("rolledBack"),
            median_recovery_seconds: median(recoveries),
            per_week: oldest.and_then(|oldest| per_week(found, now.millis_since(oldest))),
            rows,
        })
    }

    /// How long the way back of a release took. It needs the whole record, which is read once for each release.
    async fn recovery_of(&self, outline: &Story) -> Result<Option<f64>, Failure> {
        if outline.dossier.release.stage != Stage::RolledBack {
            return Ok(None);
        }
        let id = &outline.dossier.release.id;
        let known = || self.recoveries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seconds) = known().get(id) {
            return Ok(*seconds);
        }
        let story = self.history.story(id).await?;
        let seconds = picture::recovery_seconds(&Told::of(&story));
        known().insert(id.clone(), seconds);
        Ok(seconds)
    }

    async fn empty_list(&self) -> Result<HistoryList, Failure> {
        let facts = self.history.facts().await?;
        Ok(HistoryList {
            rows: Vec::new(),
            matching: 0,
            total: u32::try_from(facts.releases).unwrap_or(u32::MAX),
            bytes: facts.bytes as f64,
            completed: 0,
            rolled_back: 0,
            median_recovery_seconds: None,
            per_week: None,
        })
    }

    fn history_row(&self, story: &Story) -> HistoryRow {
        let told = Told::of(story);
        let release = told.release();
        let end = told.ended().unwrap_or_else(|| self.now_of(&release.environment));
        HistoryRow {
            id: release.id.0.clone(),
            application: release.application.clone(),
            environment: self.recorded_tag(&release.environment),
            from: release.from.label(),
            to: release.to.label(),
            started_at: told.dossier.created,
            ended_at: told.ended(),
            ending: picture::ending(&release.stage),
            was_held: told
                .first(|what| matches!(what, RecordKind::Held { .. }))
                .is_some(),
            started_by: release.started_by.clone(),
            notes: u32::try_from(story.notes.len()).unwrap_or(u32::MAX),
            phases: picture::tracks(&told, end),
            shares: picture::shares(&told, end),
        }
    }

    pub(crate) async fn capsule(&self, request: ReleaseRequest) -> Result<Capsule, Failure> {
        let story = self.history.story(&ReleaseId(request.release)).await?;
        let told = Told::of(&story);
        let environment = &told.release().environment;
        let (tag, now) = (self.recorded_tag(environment), self.now_of(environment));
        let driven = self.actors().get(&told.release().id).cloned();
        let readiness = driven.map(|actor| actor.live.readiness()).unwrap_or_default();
        self.forget_replayed();
        let notes = story.notes.iter().map(note).collect();
        Ok(picture::capsule(&told, &tag, &readiness, notes, now))
    }

    pub(crate) async fn history_changes(
        &self,
        request: ReleaseRequest,
    ) -> Result<Vec<ManifestDiff>, Failure> {
        let story = self.history.story(&ReleaseId(request.release)).await?;
        let dossier = &story.dossier;
        let title = picture::workload_name(&dossier.workload);
        let mut after = (*dossier.before).clone();
        if let Some(template) = after.pointer_mut("/spec/template") {
            *template = (*dossier.new_template).clone();
        }
        Ok(vec![manifest_diff(title, &dossier.before, &after)])
    }

    pub(crate) async fn add_note(&self, request: NoteRequest) -> Result<Note, Failure> {
        let text = request.text.trim();
        if text.is_empty() {
            return Err(failure(
                "note-empty",
                "The note is empty, so nothing was kept.",
                "Write a word or two.",
            ));
        }
        let person = self.person().await;
        let id = ReleaseId(request.release);
        let kept = self
            .history
            .add_note(&id, now(), &person.name, text, None)
            .await?;
        Ok(note(&kept))
    }

    pub(crate) async fn export(&self, request: ReleaseRequest) -> Result<Exported, Failure> {
        let bytes = self.history.export(&ReleaseId(request.release.clone())).await?;
        let folder = self.export_folder.clone();
        let path = folder.join(format!("{}.slipway", request.release));
        let written = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(&path, bytes).map(|()| path)
        })
        .await;
        match written {
            Ok(Ok(path)) => Ok(Exported {
                path: Some(path.display().to_string()),
            }),
            Ok(Err(error)) => Err(export_failed(&error)),
            Err(error) => Err(export_failed(&error)),
        }
    }

    /// The whole record in a file named after this moment. The record goes on meanwhile.
    pub(crate) async fn back_up(&self) -> Result<Exported, Failure> {
        let folder = self.export_folder.clone();
        let made =
            tokio::task::spawn_blocking(move || std::fs::create_dir_all(&folder).map(|()| folder)).await;
        let folder = match made {
            Ok(Ok(folder)) => folder,
            Ok(Err(error)) => return Err(backup_failed(&error)),
            Err(error) => return Err(backup_failed(&error)),
        };
        let path = folder.join(format!("slipway-{}.db", crate::runtime::now().0));
        let copied = self.history.back_up(&path).await?;
        tracing::info!(
            releases = copied.releases,
            bytes = copied.bytes,
            "the record was backed up"
        );
        Ok(Exported {
            path: Some(path.display().to_string()),
        })
    }

    /// An environment as it was called when its releases were made, also when it does not exist any more.
    pub(crate) fn recorded_tag(&self, id: &str) -> EnvironmentTag {
        self.tag(id).unwrap_or_else(|_| EnvironmentTag {
            id: id.to_owned(),
            name: id.to_owned(),
            danger: Danger::Development,
            protection: Protection::Open,
        })
    }

    fn production_ids(&self) -> Vec<String> {
        let all = self.registry.all();
        let production = all
            .into_iter()
            .filter(|environment| environment.danger == Danger::Production);
        production.map(|environment| environment.id).collect()
    }
}

fn backup_failed(error: &dyn std::fmt::Display) -> Failure {
    failure(
        "backup-failed",
        format!("The record was not backed up: {error}. It is still complete on this computer."),
        "Check that the folder for exports can be written and has room.",
    )
}

fn export_failed(error: &dyn std::fmt::Display) -> Failure {
    failure(
        "export-failed",
        format!("The record was not exported: {error}. It is still complete on this computer."),
        "Check that there is space and that you may write to the folder.",
    )
}

fn note(note: &history::Note) -> Note {
    Note {
        at: note.at,
        by: Person::named(note.by.clone()),
        text: note.text.clone(),
    }
}

/// The stages' names in the record that an ending stands for.
fn stages_of(ending: Ending) -> Vec<String> {
    let names: &[&str] = match ending {
        Ending::Running => &[
            "planned",
            "preflight",
            "shifting",
            "baking",
            "promoting",
            "rollingBack",
        ],
        Ending::Held => &["held"],
        Ending::Completed => &["completed"],
        Ending::RolledBack => &["rolledBack"],
        Ending::Refused => &["refused"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => values.get(middle).copied(),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

fn per_week(found: u32, millis: u64) -> Option<f64> {
    let weeks = millis as f64 / (7.0 * DAY_MILLIS as f64);
    (weeks > 0.0 && found > 0).then(|| f64::from(found) / weeks.max(1.0))
}
