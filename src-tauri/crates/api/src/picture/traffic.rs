use super::{Told, share_now};
use crate::view::Traffic;
use judge::{Look, Reading};
use release::Share;

/// Where the requests go, at the last look that has them.
pub(crate) fn traffic(told: &Told) -> Traffic {
    let rates = told.looks.iter().find_map(|of| rates(&of.looks));
    let measured = rates.and_then(|(stable, canary)| {
        let all = stable.unwrap_or(0.0) + canary.unwrap_or(0.0);
        (all > 0.0).then(|| Share::from_percent(100.0 * canary.unwrap_or(0.0) / all))
    });
    Traffic {
        pod_share: share_now(told),
        measured_share: measured,
        stable_per_second: rates.and_then(|(stable, _)| stable),
        canary_per_second: rates.and_then(|(_, canary)| canary),
    }
}

/// Requests a second of both arms at the last look of a signal that counts requests.
fn rates(looks: &[Look]) -> Option<(Option<f64>, Option<f64>)> {
    let [.., before, last] = looks else { return None };
    let seconds = (last.at_ms - before.at_ms) as f64 / 1000.0;
    if seconds <= 0.0 {
        return None;
    }
    let rate = |reading: &Reading| match reading {
        Reading::Ratio { total, .. } => Some(total / seconds),
        _ => None,
    };
    let (stable, canary) = (rate(&last.stable), rate(&last.canary));
    (stable.is_some() || canary.is_some()).then_some((stable, canary))
}
