//! Watches at the level of lines: what a selector sees, where a watch can start, and when it ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of these tests are tests too"
)]

mod cluster;

use bytes::Bytes;
use cluster::{Cluster, PATH};
use practice::{Polled, Reply, User, WatchId, World};
use serde_json::{Value, json};

fn open(world: &mut World, path: &str) -> WatchId {
    match world.handle(http::Request::get(path).body(Bytes::new()).unwrap()) {
        Reply::Watch(id) => id,
        other => panic!("{other:?}"),
    }
}

fn read(world: &mut World, id: WatchId) -> Vec<(String, Value)> {
    let (Polled::Lines(lines) | Polled::Closed(lines)) = world.poll_watch(id);
    lines
        .iter()
        .map(|line| {
            let event: Value = serde_json::from_slice(line).unwrap();
            (
                event["type"].as_str().unwrap().to_owned(),
                event["object"].clone(),
            )
        })
        .collect()
}

fn types(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(kind, _)| kind.as_str()).collect()
}

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

fn label(cluster: &mut Cluster, value: &Value) {
    let patch = json!({"metadata": {"labels": {"tier": value}}});
    cluster
        .world
        .send(
            &User::Admin,
            "PATCH",
            PATH,
            "application/merge-patch+json",
            &patch,
        )
        .unwrap();
}

#[test]
fn an_object_that_leaves_the_selector_is_deleted_and_one_that_enters_is_added() {
    let mut cluster = Cluster::with(1);
    let from = cluster.world.revision();
    let id = open(
        &mut cluster.world,
        &format!("{DEPLOYMENTS}?watch=1&labelSelector=tier%3Dgold&resourceVersion={from}"),
    );
    label(&mut cluster, &json!("gold"));
    label(&mut cluster, &json!("silver"));
    let events = read(&mut cluster.world, id);
    assert_eq!(types(&events), ["ADDED", "DELETED"]);
}

#[test]
fn a_watch_resumes_after_the_revision_it_names_and_misses_nothing() {
    let mut cluster = Cluster::with(1);
    label(&mut cluster, &json!("a"));
    let from = cluster.world.revision();
    label(&mut cluster, &json!("b"));
    label(&mut cluster, &json!("c"));
    let id = open(
        &mut cluster.world,
        &format!("{DEPLOYMENTS}?watch=true&resourceVersion={from}"),
    );
    let events = read(&mut cluster.world, id);
    let seen: Vec<&Value> = events
        .iter()
        .map(|(_, object)| &object["metadata"]["labels"]["tier"])
        .collect();
    assert_eq!(seen, ["b", "c"]);
    assert!(read(&mut cluster.world, id).is_empty(), "each change once");
}

#[test]
fn a_compacted_revision_is_gone_before_the_watch_and_during_it() {
    let mut cluster = Cluster::with(1);
    let from = cluster.world.revision();
    label(&mut cluster, &json!("a"));
    let id = open(
        &mut cluster.world,
        &format!("{DEPLOYMENTS}?watch=1&resourceVersion={from}"),
    );
    cluster.world.compact();
    let events = read(&mut cluster.world, id);
    assert_eq!(
        (types(&events), &events[0].1["code"], &events[0].1["reason"]),
        (vec!["ERROR"], &json!(410), &json!("Expired"))
    );
    assert_eq!(
        cluster.world.poll_watch(id),
        Polled::Closed(Vec::new()),
        "and the connection ends"
    );
    let path = format!("{DEPLOYMENTS}?watch=1&resourceVersion={from}");
    let id = open(&mut cluster.world, &path);
    assert_eq!(
        types(&read(&mut cluster.world, id)),
        ["ERROR"],
        "200 and an event, as the real server answers"
    );
}

#[test]
fn initial_events_end_with_a_bookmark_that_says_so_and_quiet_watches_get_bookmarks() {
    let mut cluster = Cluster::with(1);
    let id = open(
        &mut cluster.world,
        &format!(
            "{DEPLOYMENTS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        ),
    );
    let events = read(&mut cluster.world, id);
    assert_eq!(types(&events), ["ADDED", "BOOKMARK"]);
    assert_eq!(
        events[1].1["metadata"]["annotations"]["k8s.io/initial-events-end"],
        "true"
    );
    cluster.advance(61_000);
    let events = read(&mut cluster.world, id);
    assert_eq!(types(&events), ["BOOKMARK"]);
    assert_eq!(
        events[0].1["metadata"]["resourceVersion"],
        cluster.world.revision().to_string()
    );
}

#[test]
fn a_dropped_watch_is_closed_and_forgotten() {
    let mut cluster = Cluster::with(1);
    let id = open(
        &mut cluster.world,
        &format!("{DEPLOYMENTS}?watch=1&resourceVersion=0"),
    );
    assert_eq!(cluster.world.open_watches(), 1);
    cluster.world.drop_watches();
    assert_eq!(cluster.world.poll_watch(id), Polled::Closed(Vec::new()));
    assert_eq!(cluster.world.open_watches(), 0);
}
