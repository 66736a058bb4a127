//! The desktop's own dialog for a file.

use std::path::{Path, PathBuf};

use api::view::Failure;
use tauri::{Manager, Runtime, Window};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

/// Opens the dialog over the window and waits for the person.
pub async fn choose<R: Runtime>(window: &Window<R>, title: &str) -> Result<Option<String>, Failure> {
    let (picked, answer) = oneshot::channel();
    let mut dialog = window.dialog().file().set_title(title).set_parent(window);
    if let Some(folder) = usual_folder(window.path().home_dir().ok()) {
        dialog = dialog.set_directory(folder);
    }
    dialog.pick_file(move |file| {
        // Nobody listens any more if the window was closed meanwhile.
        let _ = picked.send(file);
    });
    let Some(file) = answer.await.ok().flatten() else {
        return Ok(None);
    };
    let path = file
        .into_path()
        .map_err(|_| invalid("it has no path on this computer"))?;
    text(&path).map(Some)
}

/// Where kubeconfig files usually are, if the folder is there.
fn usual_folder(home: Option<PathBuf>) -> Option<PathBuf> {
    let home = home?;
    let kube = home.join(".kube");
    Some(if kube.is_dir() { kube } else { home })
}

fn text(path: &Path) -> Result<String, Failure> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| invalid("its path is no text"))
}

fn invalid(because: &str) -> Failure {
    Failure {
        code: "path-invalid".to_owned(),
        message: format!("No file was added: {because}."),
        hint: "Copy the file into your home folder and pick it there.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{text, usual_folder};
    use std::path::Path;

    #[test]
    fn the_dialog_opens_where_kubeconfig_files_usually_are() {
        let home = tempfile::tempdir().unwrap();
        let folder = || usual_folder(Some(home.path().to_owned()));
        assert_eq!(folder().as_deref(), Some(home.path()));
        std::fs::create_dir(home.path().join(".kube")).unwrap();
        assert_eq!(folder(), Some(home.path().join(".kube")));
        assert_eq!(usual_folder(None), None);
    }

    #[test]
    fn a_path_goes_to_the_window_as_it_is() {
        assert_eq!(
            text(Path::new("/home/me/集群.yaml")).unwrap(),
            "/home/me/集群.yaml"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_refused_and_not_changed() {
        use std::os::unix::ffi::OsStrExt;
        let path = std::ffi::OsStr::from_bytes(b"/tmp/\xff.yaml");
        assert_eq!(text(Path::new(path)).unwrap_err().code, "path-invalid");
    }
}
