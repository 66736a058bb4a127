//! The button "Test connection" of an environment's health data.

use crate::api::Inner;
use crate::failure::failure;
use crate::view::{EnvironmentIdRequest, Failure, MetricsTest, MetricsTestSignal};
use conductor::{PortError, ReadyPod, SignalLooks, SignalScope, Signals, Workloads};
use std::sync::Arc;
use std::time::{Duration, Instant};
use telemetry::TelemetryError;

/// How long it is waited for the second page of a pod, where pages are all that there is.
const SECOND_PAGE: Duration = Duration::from_secs(12);

impl Inner {
    pub(crate) async fn test_metrics(
        self: &Arc<Self>,
        request: EnvironmentIdRequest,
    ) -> Result<MetricsTest, Failure> {
        let id = request.environment;
        self.registry.get(&id)?;
        let begun = Instant::now();
        let all = self.applications.all(&self.corrections().await?);
        let Some(application) = all
            .into_iter()
            .find(|application| application.workload().environment == id)
        else {
            return Err(failure(
                "nothing-to-test-with",
                "No application is known in this environment yet, so there is nothing to ask about.",
                "Wait until the matrix is filled.",
            ));
        };
        let workload = application.workload();
        let (signals, trouble) = self.signals_and_trouble(workload).await;
        if let Some(error) = trouble.filter(TelemetryError::is_of_silent_pods) {
            return Ok(failed(None, PortError::from(error)));
        }
        let now = self.now_of(&id);
        let seen = Workloads::observe(self.workloads.as_ref(), workload).await?;
        let arms = seen.view.arms.iter();
        let scope = SignalScope {
            workload: workload.clone(),
            stable: arms.map(|arm| arm.pod_template_hash.clone()).collect(),
            canary: Vec::new(),
            ready: ReadyPod::of(&seen.view.arms),
        };
        let after = release::Timestamp(now.0 - 60_000);
        let looks = |until| Signals::looks(self.telemetry.as_ref(), &scope, &signals, after, until);
        let mut answer = looks(now).await;
        let took_ms = Some(begun.elapsed().as_secs_f64() * 1000.0);
        // The first page is where counting begins: the one after it has something to tell.
        let of_pods = self.telemetry.reads_pods_alone(&id);
        let has_none = |answer: &Result<Vec<SignalLooks>, PortError>| {
            answer.as_ref().is_ok_and(|all| !all.iter().any(has_data))
        };
        while of_pods && begun.elapsed() < SECOND_PAGE && has_none(&answer) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            answer = looks(self.now_of(&id)).await;
        }
        let looks = match answer {
            Ok(looks) => looks,
            Err(error) => return Ok(failed(took_ms, error)),
        };
        let new_pods = if of_pods {
            None
        } else {
            self.telemetry.test_pages(&scope, &signals).await.ok()
        };
        let mut problems = self.signal_problems(workload);
        let signals = looks.iter().map(|of| MetricsTestSignal {
            signal: of.signal.clone(),
            series: u32::from(has_data(of)),
            failure: problems.remove(&of.signal),
        });
        Ok(MetricsTest {
            took_ms,
            signals: signals.collect(),
            new_pods,
            failure: None,
        })
    }
}

fn failed(took_ms: Option<f64>, error: PortError) -> MetricsTest {
    MetricsTest {
        took_ms,
        signals: Vec::new(),
        new_pods: None,
        failure: Some(error.into()),
    }
}

fn has_data(of_signal: &SignalLooks) -> bool {
    of_signal.looks.iter().any(|look| !look.stable.is_no_data())
}
