//! One Slipway for one profile: two of them would drive the same releases against each other.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use api::view::Failure;

/// The file beside the records that says who uses them. It holds nothing: the operating system's lock on it counts,
/// and that ends with the process, however it ends.
const LOCK: &str = "slipway.lock";

/// A profile in use, until this is dropped or the process ends.
#[derive(Debug)]
pub struct Profile {
    _lock: File,
}

impl Profile {
    /// Takes the profile in `folder` for this process.
    ///
    /// # Errors
    ///
    /// `profile-in-use` if another Slipway has it, `profile-unusable` if the file cannot be made. A file system that knows no
    /// locks is no reason to refuse the work.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .or_else(|error| {
                // A profile that may only be read: the records themselves will say so, with more to the point.
                File::open(&path).or(Err(error))
            })
            .map_err(|error| Failure {
                code: "profile-unusable".to_owned(),
                message: format!(
                    "Slipway cannot use the folder {}: {error}. Releases stay where they are in the cluster.",
                    folder.display()
                ),
                hint: "Free space, or give your user the right to write there, or name another folder by SLIPWAY_DATA_DIR."
                    .to_owned(),
            })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure {
                    code: "profile-in-use".to_owned(),
                    message: format!(
                        "Another Slipway uses the records in {}; it drives the releases in them, and this one drives none.",
                        folder.display()
                    ),
                    hint: "Use the Slipway that runs already, or name another folder by SLIPWAY_DATA_DIR."
                        .to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "this file system knows no locks: start only one Slipway on this profile");
            }
        }
        Ok(Self { _lock: file })
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;

    #[test]
    fn a_profile_has_one_slipway_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Profile::take(folder.path()).unwrap();
        assert_eq!(Profile::take(folder.path()).unwrap_err().code, "profile-in-use");
        drop(first);
        assert!(Profile::take(folder.path()).is_ok());
    }
}
