use super::next::{Rules, Situation};
use super::originals::Originals;
use super::patch::PatchBuilder;
use crate::field::text;
use conductor::{Observed, Pursuit};
use release::Goal;

/// The one `kubectl` command with which a person finishes without Slipway: goes back if the goal is a rollback, else gives
/// the new version everything. It puts every setting back at once and removes Slipway's marks, and is refused by
/// the server if the workload was deleted and made again. For a POSIX shell.
pub fn finish_by_hand(pursuit: &Pursuit, seen: &Observed) -> String {
    let situation = Situation::of(pursuit, seen, Rules::SOUND);
    let back = matches!(pursuit.goal, Goal::RolledBack { .. });
    let template = if back {
        &pursuit.template
    } else {
        &pursuit.new_template
    };
    let mut patch = PatchBuilder::by_hand(&situation.live, &pursuit.uid);
    if situation.live.template_hash != super::template::hash_of(template) {
        patch.template(template);
    }
    patch.unpause();
    patch.originals(&Originals::of(&pursuit.before));
    patch.unsign();
    let json = patch.patch().to_string();
    format!(
        "kubectl patch deployment {} --namespace {} --type json --patch {}",
        quoted(text(&seen.object, "/metadata/name")),
        quoted(text(&seen.object, "/metadata/namespace")),
        quoted(&json),
    )
}

/// Quotes for a POSIX shell where it is needed.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
