use crate::api::Inner;
use crate::runtime::{Application, Environment};
use crate::view::{Failure, PreflightRequest, VersionSource};
use cluster::NewVersion;
use conductor::{Observed, Workloads as _};
use release::Version;
use serde_json::Value;

/// What a source gives.
pub(crate) struct Wanted {
    pub(crate) application: Application,
    pub(crate) environment: Environment,
    pub(crate) seen: Observed,
    pub(crate) template: Value,
    pub(crate) version: Version,
    pub(crate) before: Value,
}

impl Inner {
    /// What the source gives here: the pod template as this cluster would store it, and its version.
    pub(crate) async fn wanted(&self, request: &PreflightRequest) -> Result<Wanted, Failure> {
        let environment = self.registry.get(&request.environment)?;
        let application = self
            .application(&request.application, &request.environment)
            .await?;
        let seen = self.workloads.observe(application.workload()).await?;
        let live = seen.object.pointer("/spec/template").cloned().unwrap_or_default();
        let asked = self
            .new_version(&request.source, &request.application, &environment, live)
            .await?;
        let prepared = self.workloads.prepare(application.workload(), &asked).await?;
        Ok(Wanted {
            application,
            environment,
            seen,
            template: prepared.template,
            version: prepared.version,
            before: prepared.before,
        })
    }

    async fn new_version(
        &self,
        source: &VersionSource,
        row: &str,
        environment: &Environment,
        live: Value,
    ) -> Result<NewVersion, Failure> {
        Ok(match source {
            VersionSource::Environment { environment } => {
                let there = self.application(row, environment).await?;
                NewVersion::Template(self.template(&there).await?)
            }
            VersionSource::Images { containers } => NewVersion::Images(
                containers
                    .iter()
                    .map(|wanted| (wanted.container.clone(), wanted.image.clone()))
                    .collect(),
            ),
            VersionSource::Yaml { text } => NewVersion::Yaml(text.clone()),
            VersionSource::Scenario { scenario } => {
                NewVersion::Template(self.scenario_template(scenario, row, environment, live)?)
            }
        })
    }
}
