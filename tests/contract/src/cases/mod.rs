//! Cases by what they are about.

mod disturbance;
mod foreign;
mod planted;
mod pods;
mod promotion;
mod refusal;
mod rollback;
mod scale;
mod shares;

use crate::suite::Case;

pub fn all() -> Vec<Case> {
    [
        shares::cases(),
        planted::cases(),
        promotion::cases(),
        rollback::cases(),
        scale::cases(),
        foreign::cases(),
        refusal::cases(),
        pods::cases(),
        disturbance::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
