//! Events on their way to the window: in order, at most ten batches a second, and in a batch only the newest state.
//!
//! One message for each of thousands of events makes the web view's memory grow by hundreds of megabytes; a handful in
//! a batch does not.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until};

/// The shortest time between two batches: ten a second.
const PACE: Duration = Duration::from_millis(100);

/// Kinds of events that tell a whole state: a newer one replaces an older one that was not delivered yet.
const STATES: [&str; 4] = ["live", "running", "matrix", "contact"];

/// Delivers events until the sender is gone or `send` answers `false`.
///
/// The first event after a quiet time goes out at once; what comes within [`PACE`] after it is gathered into the next
/// batch. Should this task ever be so late that the channel dropped events, the log says how many.
pub async fn deliver<E: Clone + Serialize>(
    mut events: Receiver<E>,
    mut send: impl FnMut(Vec<Value>) -> bool,
) {
    let mut batch = Vec::new();
    loop {
        match events.recv().await {
            Ok(event) => add(&mut batch, &event),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the window was too slow for the backend's events");
                continue;
            }
            Err(RecvError::Closed) => return,
        }
        drain(&mut events, &mut batch);
        let next = Instant::now() + PACE;
        if !send(std::mem::take(&mut batch)) {
            return;
        }
        sleep_until(next).await;
    }
}

/// Moves everything that waits into `batch`.
fn drain<E: Clone + Serialize>(events: &mut Receiver<E>, batch: &mut Vec<Value>) {
    loop {
        match events.try_recv() {
            Ok(event) => add(batch, &event),
            Err(TryRecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the window was too slow for the backend's events");
            }
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        }
    }
}

/// Adds an event to a batch, in place of an older state of the same kind.
fn add(batch: &mut Vec<Value>, event: &impl Serialize) {
    let event = match serde_json::to_value(event) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(%error, "an event has no JSON and was left out");
            return;
        }
    };
    let kind = event.get("kind");
    if kind
        .and_then(Value::as_str)
        .is_some_and(|kind| STATES.contains(&kind))
    {
        batch.retain(|older| older.get("kind") != kind);
    }
    batch.push(event);
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use serde_json::{Value, json};
    use tokio::sync::broadcast;
    use tokio::time::Instant;

    use super::{PACE, deliver};

    type Batches = Arc<Mutex<Vec<(Duration, Vec<Value>)>>>;

    fn recording(start: Instant) -> (Batches, impl FnMut(Vec<Value>) -> bool) {
        let batches = Batches::default();
        let seen = Arc::clone(&batches);
        (batches, move |batch| {
            seen.lock().unwrap().push((start.elapsed(), batch));
            true
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_a_thousand_events_arrives_complete_and_in_order_in_at_most_ten_batches_a_second() {
        let (sender, receiver) = broadcast::channel(4096);
        let (batches, send) = recording(Instant::now());
        let task = tokio::spawn(deliver(receiver, send));
        for n in 0..1000 {
            sender.send(json!(n)).unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(sender);
        task.await.unwrap();

        let batches = batches.lock().unwrap();
        let all: Vec<Value> = batches.iter().flat_map(|(_, batch)| batch.clone()).collect();
        assert_eq!(all, (0..1000).map(|n| json!(n)).collect::<Vec<_>>());
        assert!(
            batches.windows(2).all(|pair| pair[1].0 - pair[0].0 >= PACE),
            "two batches within {PACE:?}"
        );
        assert!(batches.len() <= 11, "{} batches in one second", batches.len());
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_event_after_a_quiet_time_is_not_delayed() {
        let (sender, receiver) = broadcast::channel(16);
        let (batches, send) = recording(Instant::now());
        let task = tokio::spawn(deliver(receiver, send));
        tokio::time::sleep(Duration::from_secs(5)).await;
        sender.send(json!("late")).unwrap();
        drop(sender);
        task.await.unwrap();
        assert_eq!(batches.lock().unwrap()[0].0, Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_newer_state_replaces_an_older_one_and_every_notice_arrives() {
        let (sender, receiver) = broadcast::channel(16);
        let event = |kind: &str, n: u8| json!({ "kind": kind, "n": n });
        for event in [
            event("live", 1),
            event("notice", 2),
            event("matrix", 3),
            event("live", 4),
            event("notice", 5),
        ] {
            sender.send(event).unwrap();
        }
        drop(sender);
        let (batches, send) = recording(Instant::now());
        deliver(receiver, send).await;
        let first = batches.lock().unwrap()[0].1.clone();
        assert_eq!(
            first,
            [
                event("notice", 2),
                event("matrix", 3),
                event("live", 4),
                event("notice", 5)
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_delivery_that_was_too_late_goes_on_with_what_is_newest() {
        let (sender, receiver) = broadcast::channel(4);
        for n in 0..10 {
            sender.send(json!(n)).unwrap();
        }
        drop(sender);
        let (batches, send) = recording(Instant::now());
        deliver(receiver, send).await;
        assert_eq!(
            batches.lock().unwrap()[0].1,
            [json!(6), json!(7), json!(8), json!(9)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn delivery_ends_when_the_window_lets_go() {
        let (sender, receiver) = broadcast::channel(4);
        sender.send(json!(1)).unwrap();
        deliver(receiver, |_| false).await;
        assert_eq!(sender.receiver_count(), 0);
    }
}
