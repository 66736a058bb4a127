//! The architecture as a checker: which package may depend on which, what pure code may not do, and what keeps the
//! tree tidy.
//!
//! The same checker runs on the workspace, where it must find nothing, and on the crates under `fixtures/`, each of
//! which breaks one rule on purpose and must be found out.

pub mod arrows;
pub mod dependencies;
pub mod module_tree;
pub mod package;
pub mod purity;
pub mod tidy;
pub mod violation;

use std::path::Path;

use crate::package::Package;
use crate::violation::Violation;

/// Everything that is wrong with the packages of the workspace whose root `Cargo.toml` is `manifest`.
///
/// # Errors
///
/// When Cargo cannot read the workspace, or a source file cannot be read or parsed.
pub fn check(manifest: &Path) -> Result<Vec<Violation>, String> {
    let packages = Package::read_all(manifest)?;
    let mut found = arrows::violations(&packages);
    found.extend(dependencies::violations(&packages));
    for package in packages.iter().filter(|package| package.is_pure()) {
        found.extend(purity::violations(package)?);
    }
    Ok(found)
}
