//! What a release's own acts left, by their patches.

use crate::holds::left::revision_left;
use conductor::{ActKind, Intent, OperationId, PreparedAct, Trail};
use release::Timestamp;
use serde_json::{Value, json};

fn intent(number: u32, patch: Value) -> Intent {
    Intent {
        at: Timestamp(0),
        act: PreparedAct {
            operation: OperationId(format!("r1.1.{number}")),
            kind: ActKind::Tidy,
            patch,
        },
        previous: None,
        uid: "u1".into(),
        epoch: 1,
    }
}

fn trail(accepted: &[&Intent]) -> Trail {
    let mut trail = Trail::default();
    for intent in accepted {
        trail.accepted(intent);
    }
    trail
}

#[test]
fn a_template_gets_the_revision_after_the_one_that_was_tested() {
    let test = json!({"op": "test", "path": "/metadata/annotations/deployment.kubernetes.io~1revision", "value": "4"});
    let template = json!({"op": "replace", "path": "/spec/template", "value": {}});
    let begin = intent(0, json!([test, template]));
    assert_eq!(revision_left(&trail(&[&begin])), Some(5));
    let untested = intent(1, json!([]));
    assert_eq!(
        revision_left(&trail(&[&begin, &untested])),
        Some(5),
        "an act that sets no template leaves it"
    );
    let blind = intent(2, json!([template]));
    assert_eq!(
        revision_left(&trail(&[&begin, &blind])),
        None,
        "what was there before it is not known"
    );
    let mut perhaps = trail(&[&begin]);
    perhaps.cannot_tell(&blind);
    assert_eq!(
        revision_left(&perhaps),
        None,
        "nobody can tell whether there is another template"
    );
}
