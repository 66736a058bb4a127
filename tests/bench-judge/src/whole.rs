//! Files that are never half written.

use std::fs;
use std::path::Path;

/// Writes a file beside its place and then puts it there: whoever ends this in the middle still has the one before.
///
/// # Errors
/// What the disk says.
pub fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(new, file)
}
