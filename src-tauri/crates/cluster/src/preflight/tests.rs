use super::config::{last_change, references};
use super::dry_run::no_answer;
use super::owners::{argo_finding, flux_finding};
use super::quota::exceeded;
use super::rollback::{median, seconds_to_ready};
use super::*;
use conductor::ActError;
use serde_json::json;

#[test]
fn an_owner_that_heals_by_itself_blocks_unless_overridden_and_one_synced_by_hand_does_not() {
    let application = |policy: serde_json::Value| json!({"spec": {"syncPolicy": policy}});
    let heals = argo_finding(
        "shop",
        Some(&application(json!({"automated": {"selfHeal": true}}))),
    );
    assert_eq!((heals.severity, heals.can_override), (Severity::Blocking, true));
    let by_hand = argo_finding("shop", Some(&application(json!({}))));
    assert_eq!(by_hand.severity, Severity::Warning);
    let unknown = argo_finding("shop", None);
    assert_eq!(unknown.severity, Severity::Blocking);
    assert_eq!(
        flux_finding("Kustomization", "shop", None, false).severity,
        Severity::Blocking
    );
    let suspended = json!({"spec": {"suspend": true}});
    assert_eq!(
        flux_finding("Kustomization", "shop", Some(&suspended), false).severity,
        Severity::Warning
    );
}

#[test]
fn a_quota_that_leaves_too_little_is_found() {
    let quota = json!({
        "metadata": {"name": "small"},
        "status": {"hard": {"pods": "13", "requests.cpu": "2"}, "used": {"pods": "12", "requests.cpu": "1500m"}}
    });
    let template = json!({"spec": {"containers": [{"resources": {"requests": {"cpu": "100m"}}}]}});
    assert_eq!(exceeded(std::slice::from_ref(&quota), &template, 1), []);
    let found = exceeded(&[quota], &template, 3);
    assert_eq!(found.len(), 1, "three pods are too many, 300m of CPU are not");
    assert!(found[0].message.contains("pods"), "{}", found[0].message);
}

#[test]
fn every_way_to_name_a_config_map_or_secret_is_found() {
    let template = json!({"spec": {
        "containers": [{
            "env": [
                {"valueFrom": {"configMapKeyRef": {"name": "a", "key": "k"}}},
                {"valueFrom": {"secretKeyRef": {"name": "b", "key": "k", "optional": true}}}
            ],
            "envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "d"}}]
        }],
        "volumes": [
            {"configMap": {"name": "e"}}, {"secret": {"secretName": "f"}},
            {"projected": {"sources": [{"configMap": {"name": "g"}}, {"secret": {"name": "h"}}]}}
        ]
    }});
    let found: Vec<(String, bool)> = references(&template)
        .into_iter()
        .map(|(reference, needed)| (reference.name, needed))
        .collect();
    let expected = [
        ("a", true),
        ("c", true),
        ("e", true),
        ("g", true),
        ("b", false),
        ("d", true),
        ("f", true),
        ("h", true),
    ];
    assert_eq!(found, expected.map(|(name, needed)| (name.to_owned(), needed)));
}

#[test]
fn the_last_change_is_the_latest_write_of_any_manager() {
    let object = json!({"metadata": {
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"time": "2026-01-02T00:00:00Z"}, {"time": "2026-01-01T12:00:00Z"}]
    }});
    assert_eq!(
        last_change(&object),
        crate::workloads::moment("2026-01-02T00:00:00Z")
    );
}

#[test]
fn a_start_is_measured_on_pods_that_never_restarted() {
    let pod = |restarts: u32| {
        json!({
            "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"},
            "status": {
                "containerStatuses": [{"restartCount": restarts}],
                "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:07Z"}]
            }
        })
    };
    assert_eq!(seconds_to_ready(&pod(0)), Some(7.0));
    assert_eq!(seconds_to_ready(&pod(1)), None);
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
}

#[test]
fn a_rehearsal_without_an_answer_is_no_refusal() {
    let message = || "the line is cut".to_owned();
    for nothing_known in [
        ActError::Unreachable { message: message() },
        ActError::Unknown { message: message() },
        ActError::Throttled { after_millis: 1_000 },
    ] {
        assert!(no_answer(&nothing_known).is_some(), "{nothing_known:?}");
    }
    for refused in [
        ActError::Denied { message: message() },
        ActError::Forbidden { message: message() },
        ActError::Invalid { message: message() },
        ActError::Conflict,
        ActError::Gone,
    ] {
        assert!(no_answer(&refused).is_none(), "{refused:?}");
    }
}
