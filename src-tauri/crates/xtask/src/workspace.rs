//! Where things lie on this machine.

use std::path::{Path, PathBuf};

use crate::Outcome;

/// The checkout and its build folder.
pub struct Workspace {
    /// The folder with the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's build folder; everything that these commands make lies in it.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was built from.
    ///
    /// # Errors
    ///
    /// When the checkout was moved or deleted after the build.
    pub fn find() -> Outcome<Self> {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = crate_folder
            .ancestors()
            .nth(3)
            .filter(|root| root.join("tauri.conf.json").is_file())
            .ok_or_else(|| {
                format!(
                    "{} is no longer inside a checkout of Slipway",
                    crate_folder.display()
                )
            })?;
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |given| root.join(given));
        Ok(Self {
            root: root.to_owned(),
            target,
        })
    }

    /// The folder of the window's sources.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The app as an unoptimised build leaves it.
    pub fn app(&self) -> PathBuf {
        self.target
            .join("debug")
            .join(format!("slipway{}", std::env::consts::EXE_SUFFIX))
    }

    /// A folder of these commands' own under the build folder, made if missing.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn scratch(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.target.join(name);
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// Like [`Self::scratch`], but without what an earlier run left: its pictures would look like this one's.
    ///
    /// # Errors
    ///
    /// When it cannot be emptied or made.
    pub fn empty_scratch(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.target.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
        }
        self.scratch(name)
    }
}

/// Whether this run is a hosted or scripted one, where nothing may be left out.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
