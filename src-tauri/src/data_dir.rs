//! The folder that holds the database: the operating system's place for it, or `SLIPWAY_DATA_DIR`.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager, Runtime};

/// Names another data folder; tests use it so that they never touch a person's own records.
const OVERRIDE: &str = "SLIPWAY_DATA_DIR";

/// The data folder of the app with its window, made if it is not there yet, readable by its owner only.
///
/// # Errors
///
/// When the operating system names no such folder, or it cannot be made.
pub fn of_window<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, Box<dyn Error>> {
    match overridden(std::env::var_os(OVERRIDE)) {
        Some(folder) => made(folder),
        None => made(app.path().app_data_dir()?),
    }
}

/// The same folder, where there is no window system to ask. `identifier` is the app's.
///
/// # Errors
///
/// As [`of_window`].
pub fn without_window(identifier: &str) -> Result<PathBuf, Box<dyn Error>> {
    match overridden(std::env::var_os(OVERRIDE)) {
        Some(folder) => made(folder),
        None => {
            let all = dirs::data_dir()
                .ok_or("the operating system names no folder for data: name one by SLIPWAY_DATA_DIR")?;
            made(all.join(identifier))
        }
    }
}

fn made(folder: PathBuf) -> Result<PathBuf, Box<dyn Error>> {
    make_private(&folder)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

/// The override's folder; an empty value is no override.
fn overridden(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::overridden;
    use std::path::PathBuf;

    #[test]
    fn a_named_folder_overrides_and_an_empty_name_does_not() {
        assert_eq!(
            overridden(Some("/somewhere".into())),
            Some(PathBuf::from("/somewhere"))
        );
        assert_eq!(overridden(Some("".into())), None);
        assert_eq!(overridden(None), None);
    }
}
