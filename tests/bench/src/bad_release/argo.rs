//! The objects that Argo Rollouts is given. Pure: figures in, manifests out.

use super::terms::{NEW, OBJECTIVE, SHARES, SURGE};
use super::version::Version;
use control_plane::Application;
use serde_json::{Value, json};
use std::time::Duration;

/// Where Argo's custom resources are.
pub const GROUP: &str = "argoproj.io/v1alpha1";
/// The name of the analysis template, as on the page.
const TEMPLATE: &str = "success-rate";

/// How the analysis is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Every number and the query as they stand on the page: a measurement each five minutes, of all pods of the service. Only the
    /// names of the metric and of its labels are those of our pods. Its analysis begins at the first step: the page's
    /// `startingStep: 2` would let the first share go unwatched.
    Page,
    /// The page's conditions, but as quick as the data allow: a measurement at each scrape, of the new version's pods alone (by
    /// `podTemplateHashValue: Latest`, from the page's section "Analysis Template Arguments"). No data yet counts as success, as in
    /// its section "Empty array": at this pace the analysis would end in an error before the first scrape.
    Quick,
    /// What a team could make of it that knows its service well, in our view: as [`Setting::Quick`], but success of at least 99.5 %
    /// over the last minute, because 95 % cannot see a version that fails 1 %, and a 95th percentile of at most the
    /// objective, because the page watches no latency.
    Tuned,
}

impl Setting {
    /// All of them.
    pub const ALL: [Setting; 3] = [Setting::Page, Setting::Quick, Setting::Tuned];

    /// Its name in figures.
    pub fn name(self) -> &'static str {
        match self {
            Setting::Page => "argo-page",
            Setting::Quick => "argo-quick",
            Setting::Tuned => "argo-tuned",
        }
    }

    /// Its name in tables.
    pub fn title(self) -> &'static str {
        match self {
            Setting::Page => "Argo, the page's numbers",
            Setting::Quick => "Argo, quick",
            Setting::Tuned => "Argo, tuned",
        }
    }
}

/// The AnalysisTemplate `success-rate` for scrapes at this interval, against the Prometheus at `address`.
pub fn analysis(setting: Setting, address: &str, scrape: Duration) -> Value {
    let interval = match setting {
        Setting::Page => "5m".to_owned(),
        Setting::Quick | Setting::Tuned => format!("{}s", scrape.as_secs()),
    };
    let pods = match setting {
        Setting::Page => "app_kubernetes_io_name=\"{{args.service-name}}\"",
        Setting::Quick | Setting::Tuned => {
            "app_kubernetes_io_name=\"{{args.service-name}}\",rollouts_pod_template_hash=\"{{args.latest-hash}}\""
        }
    };
    let speed = |series: &str| match setting {
        Setting::Page | Setting::Quick => format!("irate({series}[5m])"),
        Setting::Tuned => format!("rate({series}[1m])"),
    };
    let metric = |name: &str, condition: &str, query: String| {
        // An empty answer is one element short of the page's condition; its section "Empty array" writes it so.
        let condition = match setting {
            Setting::Page => format!("result[0] {condition}"),
            Setting::Quick | Setting::Tuned => {
                format!("len(result) == 0 || isNaN(result[0]) || result[0] {condition}")
            }
        };
        json!({
            "name": name, "interval": interval, "successCondition": condition, "failureLimit": 3,
            "provider": {"prometheus": {"address": address, "query": query}},
        })
    };
    let least = if setting == Setting::Tuned {
        ">= 0.995"
    } else {
        ">= 0.95"
    };
    let succeeded = speed(&format!("http_requests_total{{{pods},code!~\"5.*\"}}"));
    let all = speed(&format!("http_requests_total{{{pods}}}"));
    let mut metrics = vec![metric(TEMPLATE, least, format!("sum({succeeded}) / sum({all})"))];
    if setting == Setting::Tuned {
        let buckets = speed(&format!("http_server_request_duration_seconds_bucket{{{pods}}}"));
        metrics.push(metric(
            "latency-p95",
            &format!("<= {}", OBJECTIVE.as_secs_f64()),
            format!("histogram_quantile(0.95, sum by (le) ({buckets}))"),
        ));
    }
    json!({
        "apiVersion": GROUP, "kind": "AnalysisTemplate", "metadata": {"name": TEMPLATE},
        "spec": {"args": [{"name": "service-name"}, {"name": "latest-hash"}], "metrics": metrics},
    })
}

/// The Rollout of an application: its Deployment's selector and template, and the page's steps with pauses of this length.
pub fn rollout(application: &Application, name: &str, pause: Duration) -> Value {
    let mut object = application.deployment();
    object["apiVersion"] = json!(GROUP);
    object["kind"] = json!("Rollout");
    let pause = json!({"pause": {"duration": format!("{}s", pause.as_secs())}});
    let steps: Vec<Value> = SHARES
        .iter()
        .flat_map(|share| [json!({"setWeight": share}), pause.clone()])
        .collect();
    object["spec"]["strategy"] = json!({"canary": {
        "maxSurge": format!("{SURGE}%"),
        "maxUnavailable": 0,
        "analysis": {"templates": [{"templateName": TEMPLATE}], "args": [
            {"name": "service-name", "value": name},
            {"name": "latest-hash", "valueFrom": {"podTemplateHashValue": "Latest"}},
        ]},
        "steps": steps,
    }});
    object
}

/// The change that releases a version: a merge patch of the Rollout.
pub fn change(application: &Application, version: Version) -> Value {
    let released = application.clone().version(NEW);
    let released = version
        .annotations()
        .iter()
        .fold(released, |released, (name, value)| released.annotate(name, value));
    json!({"spec": {"template": released.deployment()["spec"]["template"]}})
}

#[cfg(test)]
mod tests {
    use super::super::terms::PODS;
    use super::*;

    fn metrics(setting: Setting) -> Value {
        analysis(setting, "http://p:9090", Duration::from_secs(1))["spec"]["metrics"].clone()
    }

    #[test]
    fn the_pages_numbers_are_the_pages() {
        let all = metrics(Setting::Page);
        assert_eq!(all.as_array().unwrap().len(), 1);
        let metric = &all[0];
        assert_eq!(metric["interval"], "5m");
        assert_eq!(metric["failureLimit"], 3);
        assert_eq!(metric["successCondition"], "result[0] >= 0.95");
        let query = metric["provider"]["prometheus"]["query"].as_str().unwrap();
        assert_eq!(
            query,
            "sum(irate(http_requests_total{app_kubernetes_io_name=\"{{args.service-name}}\",code!~\"5.*\"}[5m])) / \
             sum(irate(http_requests_total{app_kubernetes_io_name=\"{{args.service-name}}\"}[5m]))"
        );
    }

    #[test]
    fn the_quick_one_measures_the_new_version_at_each_scrape() {
        let metric = metrics(Setting::Quick)[0].clone();
        assert_eq!(
            (&metric["interval"], &metric["failureLimit"]),
            (&json!("1s"), &json!(3))
        );
        assert!(
            metric["successCondition"]
                .as_str()
                .unwrap()
                .ends_with("result[0] >= 0.95")
        );
        let query = metric["provider"]["prometheus"]["query"].as_str().unwrap();
        assert_eq!(
            query
                .matches("rollouts_pod_template_hash=\"{{args.latest-hash}}\"")
                .count(),
            2
        );
    }

    #[test]
    fn the_tuned_one_is_stricter_and_watches_latency() {
        let all = metrics(Setting::Tuned);
        assert!(all[0]["successCondition"].as_str().unwrap().ends_with(">= 0.995"));
        assert!(all[1]["successCondition"].as_str().unwrap().ends_with("<= 0.3"));
    }

    #[test]
    fn a_rollout_is_the_deployment_with_the_pages_steps() {
        let application = Application::new("a").replicas(PODS);
        let object = rollout(&application, "a", Duration::from_secs(600));
        assert_eq!(
            object["spec"]["template"],
            application.deployment()["spec"]["template"]
        );
        let canary = &object["spec"]["strategy"]["canary"];
        assert_eq!(canary["steps"][0], json!({"setWeight": 20}));
        assert_eq!(canary["steps"][1], json!({"pause": {"duration": "600s"}}));
        assert_eq!(canary["steps"].as_array().unwrap().len(), 8);
        // Argo's default would let a quarter of the pods be missing.
        assert_eq!(canary["maxUnavailable"], 0);
    }

    #[test]
    fn a_change_replaces_the_image_and_what_the_pods_do() {
        let patch = change(&Application::new("a"), Version::Fails(5));
        let template = &patch["spec"]["template"];
        assert_eq!(template["spec"]["containers"][0]["image"], "registry.test/a:2.0");
        assert_eq!(
            template["metadata"]["annotations"]["slip.test/error-rate"],
            "0.05"
        );
    }
}
