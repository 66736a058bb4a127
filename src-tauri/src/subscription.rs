//! Events on their way to the window: in order, none lost silently, at most ten batches a second.
//!
//! One message for each event makes the web view's memory grow by hundreds of megabytes; batches do not.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until};

/// The shortest time between two batches: ten a second.
const PACE: Duration = Duration::from_millis(100);

/// Delivers events until the sender is gone or `send` answers `false`.
///
/// The first event after a quiet time goes out at once; what comes within [`PACE`] after it is gathered into the next
/// batch. If the window was too slow and events were dropped, a `{"kind": "lagged", "missed": n}` stands in their
/// place: the window then reads everything anew.
pub async fn deliver(mut events: Receiver<Value>, mut send: impl FnMut(Vec<Value>) -> bool) {
    loop {
        let first = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(missed)) => lagged(missed),
            Err(RecvError::Closed) => return,
        };
        let mut batch = vec![first];
        drain(&mut events, &mut batch);
        let next = Instant::now() + PACE;
        if !send(batch) {
            return;
        }
        sleep_until(next).await;
    }
}

/// Moves everything that waits into `batch`.
fn drain(events: &mut Receiver<Value>, batch: &mut Vec<Value>) {
    loop {
        match events.try_recv() {
            Ok(event) => batch.push(event),
            Err(TryRecvError::Lagged(missed)) => batch.push(lagged(missed)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        }
    }
}

fn lagged(missed: u64) -> Value {
    json!({ "kind": "lagged", "missed": missed })
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
    async fn a_window_that_was_too_slow_is_told_how_many_events_it_missed() {
        let (sender, receiver) = broadcast::channel(4);
        for n in 0..10 {
            sender.send(json!(n)).unwrap();
        }
        drop(sender);
        let (batches, send) = recording(Instant::now());
        deliver(receiver, send).await;
        let first = batches.lock().unwrap()[0].1[0].clone();
        assert_eq!(first, json!({ "kind": "lagged", "missed": 6 }));
    }

    #[tokio::test(start_paused = true)]
    async fn delivery_ends_when_the_window_lets_go() {
        let (sender, receiver) = broadcast::channel(4);
        sender.send(json!(1)).unwrap();
        deliver(receiver, |_| false).await;
        assert_eq!(sender.receiver_count(), 0);
    }
}
