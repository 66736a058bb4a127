//! What a release's own acts left on the object, as its record tells it.

use conductor::{ActKind, Intent, OperationId, Outcome, PreparedAct, Told, Trail};
use release::Timestamp;
use serde_json::{Value, json};

fn intent(number: u32, patch: Value) -> Intent {
    Intent {
        at: Timestamp(0),
        act: PreparedAct {
            operation: OperationId(format!("R-1.1.{number}")),
            kind: ActKind::Tidy,
            patch,
        },
        previous: None,
        uid: "u1".into(),
        epoch: 1,
    }
}

fn signs(number: u32) -> Value {
    json!({"op": "add", "path": "/metadata/annotations/operation", "value": format!("R-1.1.{number}")})
}

fn accepted() -> Outcome {
    Outcome::Accepted {
        generation: 1,
        resource_version: "1".into(),
    }
}

fn trail(lines: &[(&Intent, Outcome)]) -> Trail {
    let sent = lines.iter().map(|(intent, _)| Told::Intent(intent));
    let told = lines
        .iter()
        .map(|(intent, outcome)| Told::Outcome(&intent.act.operation, outcome));
    Trail::of_record(sent.chain(told))
}

#[test]
fn everything_is_restored_after_an_act_that_leaves_no_mark() {
    let (held, tidied) = (intent(0, json!([signs(0)])), intent(1, json!([])));
    assert!(!trail(&[(&held, accepted())]).restored());
    assert!(trail(&[(&held, accepted()), (&tidied, accepted())]).restored());
    let refused = Outcome::Refused {
        message: String::new(),
    };
    assert!(!trail(&[(&held, accepted()), (&tidied, refused)]).restored());
}

#[test]
fn a_late_word_about_an_earlier_act_does_not_make_it_the_last_one() {
    let (first, second) = (intent(0, json!([signs(0)])), intent(1, json!([signs(1)])));
    let lines = [
        Told::Intent(&first),
        Told::Intent(&second),
        Told::Outcome(&second.act.operation, &Outcome::Settled),
        Told::Outcome(&first.act.operation, &Outcome::Settled),
    ];
    let trail = Trail::of_record(lines);
    assert_eq!(trail.last_operation(), Some(&second.act.operation));
}

#[test]
fn acts_of_which_nobody_can_tell_may_have_left_something_until_another_is_accepted() {
    let (first, second) = (intent(0, json!([signs(0)])), intent(1, json!([signs(1)])));
    let third = intent(2, json!([signs(2)]));
    let mut trail = trail(&[(&first, accepted()), (&second, Outcome::CannotTell)]);
    assert_eq!(trail.perhaps().collect::<Vec<_>>(), [&second.act]);
    trail.accepted(&third);
    assert_eq!(trail.perhaps().count(), 0);
    assert_eq!(trail.acts().collect::<Vec<_>>(), [&third.act, &first.act]);
}
