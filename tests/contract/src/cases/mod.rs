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
mod slipways;

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
        slipways::cases(),
        disturbance::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
