//! A driver that took over, before it does anything else.

use super::next::Situation;
use super::patch::PatchBuilder;
use conductor::{ActKind, Next};

/// Writes this driver's mark over that of the driver before, and changes nothing else.
///
/// From then on every act of the other driver that is still on its way fails its `test`: it expects the operation that stood on
/// the object before. Nothing to do where this driver, or nobody, has marked the object.
pub(crate) fn next(at: &Situation<'_>) -> Next {
    let older = at
        .own_marker()
        .is_some_and(|marker| marker.epoch < at.pursuit.epoch);
    if !older || !at.rules.fence {
        return Next::Arrived;
    }
    let mut patch = PatchBuilder::guarded(at);
    patch.sign(at.pursuit);
    Next::Act(patch.act(at.pursuit, ActKind::TakeOver))
}
