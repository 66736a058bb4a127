use crate::HistoryError;
use crate::release_row::kind_of;
use release::{ReleaseId, ReleaseKind, Timestamp};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params_from_iter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most releases that one page has.
const MOST_PER_PAGE: u32 = 500;

/// Which releases. Empty lists and `None` do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Words that must all occur in the release or its notes, in any case; `R-12` finds the release with that number.
    pub text: String,
    /// Applications by name.
    pub applications: Vec<String>,
    /// Environments by id.
    pub environments: Vec<String>,
    /// Stages by the tag of their serialised form: `completed`, `rolledBack`, `held`, ….
    pub stages: Vec<String>,
    /// Rollouts or rollbacks.
    pub kind: Option<ReleaseKind>,
    /// Made at this time or later.
    pub since: Option<Timestamp>,
    /// Made before this time.
    pub until: Option<Timestamp>,
    /// The next page: only releases with a lower number, [`Listing::next`] of the page before.
    #[ts(type = "number | null")]
    pub below: Option<u64>,
    /// Releases per page; 0 is 50, and 500 is the most.
    pub limit: u32,
}

/// One page of releases, with counts over everything that the filter finds on all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The newest first.
    pub releases: Vec<ReleaseRow>,
    /// What to ask the next page with; `None` on the last one.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
    /// How many the filter finds.
    #[ts(type = "number")]
    pub found: u64,
    /// How many of each stage the filter would find if it did not restrict stages; the most first.
    pub stages: Vec<StageCount>,
    /// Names of all applications in the history, whatever the filter is.
    pub applications: Vec<String>,
    /// Ids of all environments in the history, whatever the filter is.
    pub environments: Vec<String>,
}

/// How many releases are in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StageCount {
    /// The tag of the stage's serialised form.
    pub stage: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseRow {
    /// Shown as `R-12`.
    #[ts(type = "number")]
    pub number: u64,
    /// The release.
    pub id: ReleaseId,
    /// Rollout or rollback.
    pub kind: ReleaseKind,
    /// The application.
    pub application: String,
    /// The environment's id.
    pub environment: String,
    /// The workload's namespace.
    pub namespace: String,
    /// The workload's name.
    pub workload: String,
    /// Label of the version before.
    pub from: String,
    /// Label of the new version.
    pub to: String,
    /// The tag of the stage's serialised form.
    pub stage: String,
    /// When it was made.
    pub started: Timestamp,
    /// When it ended, if it did.
    pub ended: Option<Timestamp>,
    /// Who made it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// How many notes it has.
    pub notes: u32,
    /// Whether it came from a file.
    pub imported: bool,
}

/// How many releases there are.
pub(crate) fn count(connection: &Connection) -> Result<u64, HistoryError> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM releases")?
        .query_row([], |row| unsigned(row, 0))?)
}

pub(crate) fn list(connection: &Connection, filter: &Filter) -> Result<Listing, HistoryError> {
    let all_stages = Condition::of(filter);
    let stages = all_stages.stages(connection)?;
    let condition = all_stages.with("r.stage", &filter.stages);
    let found = condition.count(connection)?;
    let limit = match filter.limit {
        0 => 50,
        limit => limit.min(MOST_PER_PAGE),
    };
    let mut releases = condition.page(connection, filter.below, limit)?;
    let has_more = releases.len() > limit as usize;
    releases.truncate(limit as usize);
    let next = if has_more {
        releases.last().map(|row| row.number)
    } else {
        None
    };
    Ok(Listing {
        releases,
        next,
        found,
        stages,
        applications: names(connection, "SELECT DISTINCT application FROM releases ORDER BY 1")?,
        environments: names(connection, "SELECT DISTINCT environment FROM releases ORDER BY 1")?,
    })
}

/// The end of an SQL statement that finds what a filter asks for, with its values.
#[derive(Clone)]
struct Condition {
    sql: String,
    values: Vec<Sql>,
}

impl Condition {
    /// Everything but the stages.
    fn of(filter: &Filter) -> Condition {
        let mut condition = Condition {
            sql: " FROM releases r WHERE 1".to_owned(),
            values: Vec::new(),
        };
        for word in filter.text.split_whitespace() {
            condition.word(&word.to_lowercase());
        }
        let mut condition = condition
            .with("r.application", &filter.applications)
            .with("r.environment", &filter.environments);
        if let Some(kind) = filter.kind {
            let name = match kind {
                ReleaseKind::Rollout => "rollout",
                ReleaseKind::Rollback => "rollback",
            };
            condition.and(" AND r.kind = ?", [Sql::Text(name.to_owned())]);
        }
        if let Some(since) = filter.since {
            condition.and(" AND r.created >= ?", [Sql::Integer(since.0)]);
        }
        if let Some(until) = filter.until {
            condition.and(" AND r.created < ?", [Sql::Integer(until.0)]);
        }
        condition
    }

    fn and<const N: usize>(&mut self, sql: &str, values: [Sql; N]) {
        self.sql.push_str(sql);
        self.values.extend(values);
    }

    fn word(&mut self, word: &str) {
        let text = || Sql::Text(word.to_owned());
        if let Some(number) = word
            .strip_prefix("r-")
            .and_then(|digits| digits.parse::<i64>().ok())
        {
            self.and(" AND r.number = ?", [Sql::Integer(number)]);
        } else {
            self.and(
                " AND (instr(r.haystack, ?) > 0 OR EXISTS (SELECT 1 FROM notes n WHERE n.release = r.number AND instr(n.haystack, ?) > 0))",
                [text(), text()],
            );
        }
    }

    /// `column` is a name written in this file, never something from outside.
    fn with(&self, column: &str, any_of: &[String]) -> Condition {
        let mut condition = self.clone();
        if !any_of.is_empty() {
            let marks = vec!["?"; any_of.len()].join(", ");
            condition.sql.push_str(&format!(" AND {column} IN ({marks})"));
            condition.values.extend(any_of.iter().cloned().map(Sql::Text));
        }
        condition
    }

    fn count(&self, connection: &Connection) -> Result<u64, HistoryError> {
        let sql = format!("SELECT count(*){}", self.sql);
        Ok(connection
            .prepare_cached(&sql)?
            .query_row(params_from_iter(&self.values), |row| unsigned(row, 0))?)
    }

    fn stages(&self, connection: &Connection) -> Result<Vec<StageCount>, HistoryError> {
        let sql = format!(
            "SELECT r.stage, count(*){} GROUP BY r.stage ORDER BY 2 DESC, 1",
            self.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(&self.values), |row| {
            Ok(StageCount {
                stage: row.get(0)?,
                count: unsigned(row, 1)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One more than the limit, which tells whether there is another page.
    fn page(
        &self,
        connection: &Connection,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ReleaseRow>, HistoryError> {
        let mut condition = self.clone();
        if let Some(below) = below {
            condition.and(
                " AND r.number < ?",
                [Sql::Integer(i64::try_from(below).unwrap_or(i64::MAX))],
            );
        }
        condition.and(
            " ORDER BY r.number DESC LIMIT ?",
            [Sql::Integer(i64::from(limit) + 1)],
        );
        let sql = format!(
            "SELECT r.number, r.id, r.kind, r.application, r.environment, r.namespace, r.workload, r.from_label,
                 r.to_label, r.stage, r.created, r.ended, r.started_by, r.reason, r.imported,
                 (SELECT count(*) FROM notes n WHERE n.release = r.number){}",
            condition.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(&condition.values), release_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

fn release_row(row: &Row<'_>) -> rusqlite::Result<ReleaseRow> {
    Ok(ReleaseRow {
        number: unsigned(row, 0)?,
        id: ReleaseId(row.get(1)?),
        kind: kind_of(&row.get::<_, String>(2)?),
        application: row.get(3)?,
        environment: row.get(4)?,
        namespace: row.get(5)?,
        workload: row.get(6)?,
        from: row.get(7)?,
        to: row.get(8)?,
        stage: row.get(9)?,
        started: Timestamp(row.get(10)?),
        ended: row.get::<_, Option<i64>>(11)?.map(Timestamp),
        by: row.get(12)?,
        reason: row.get(13)?,
        imported: row.get(14)?,
        notes: row.get(15)?,
    })
}

fn names(connection: &Connection, sql: &str) -> Result<Vec<String>, HistoryError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
