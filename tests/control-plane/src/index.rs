//! Which of the four pod networks a control plane has.

use std::sync::{Mutex, PoisonError};

use crate::{Error, Result};

/// Which of the pod networks a control plane has; given back when it ends.
#[derive(Debug)]
pub(crate) struct Index(pub(crate) u8);

static TAKEN: Mutex<[bool; 4]> = Mutex::new([false; 4]);

impl Index {
    pub(crate) fn take() -> Result<Self> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let free = taken.iter().position(|taken| !taken).ok_or_else(|| {
            Error::new(
                "control-plane/full",
                "four control planes run already",
                "Drop one before starting another.",
            )
        })?;
        taken[free] = true;
        Ok(Self(u8::try_from(free).unwrap_or_default()))
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner)[usize::from(self.0)] = false;
    }
}
