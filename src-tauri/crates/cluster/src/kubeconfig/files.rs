use super::failure;
use conductor::PortError;
use kube::config::Kubeconfig;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// One context of a kubeconfig file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The file it is from.
    pub file: PathBuf,
    /// The server's address, without user info; empty if the context names no cluster that there is.
    pub server: String,
    /// The namespace that the context names, if it does.
    pub namespace: Option<String>,
}

/// One kubeconfig file as it was read.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong with it, if anything is.
    pub failure: Option<PortError>,
    /// Its contexts.
    pub contexts: Vec<Context>,
    content: Kubeconfig,
    changed: Option<SystemTime>,
}

/// Kubeconfig files in the order in which they are read: the first that names a context wins, as kubectl does it.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Each file, readable or not.
    pub files: Vec<File>,
}

/// Where kubectl looks: the list in `KUBECONFIG`, else `~/.kube/config`.
pub fn default_paths(kubeconfig: Option<&str>, home: Option<&Path>) -> Vec<PathBuf> {
    match kubeconfig.filter(|list| !list.is_empty()) {
        Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => home.map(|home| home.join(".kube").join("config")).into_iter().collect(),
    }
}

impl Files {
    /// Reads every file; one that cannot be read does not stop the others.
    pub fn read(paths: &[PathBuf]) -> Files {
        Files { files: paths.iter().map(|path| File::read(path)).collect() }
    }

    /// Whether a file is not any more as it was read.
    pub fn changed(&self) -> bool {
        self.files.iter().any(|file| modified(&file.path) != file.changed)
    }

    /// Contexts of all files; one that an earlier file has too is left out.
    pub fn contexts(&self) -> Vec<Context> {
        let mut contexts: Vec<Context> = Vec::new();
        for context in self.files.iter().flat_map(|file| &file.contexts) {
            if contexts.iter().all(|known| known.name != context.name) {
                contexts.push(context.clone());
            }
        }
        contexts
    }

    /// All files as one, the earlier ones first.
    ///
    /// # Errors
    ///
    /// `context-unknown`: no file has the context.
    pub(super) fn merged(&self, context: &str) -> Result<Kubeconfig, PortError> {
        if self.contexts().iter().all(|known| known.name != context) {
            return Err(failure::unknown_context(context));
        }
        let mut merged = Kubeconfig::default();
        for file in &self.files {
            merged = merged.merge(file.content.clone()).map_err(|error| failure::malformed(&file.path, &error.to_string()))?;
        }
        Ok(merged)
    }
}

impl File {
    fn read(path: &Path) -> File {
        let mut file = File {
            path: path.to_owned(),
            failure: None,
            contexts: Vec::new(),
            content: Kubeconfig::default(),
            changed: modified(path),
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                file.failure = Some(failure::unreadable(path, &error));
                return file;
            }
        };
        if text.trim().is_empty() {
            file.failure = Some(failure::empty(path));
            return file;
        }
        // Paths in a kubeconfig are relative to the file, which only reading by its path knows.
        match Kubeconfig::read_from(path) {
            Ok(content) => {
                file.contexts = contexts(path, &content);
                file.content = content;
                if file.contexts.is_empty() {
                    file.failure = Some(failure::no_contexts(path));
                }
            }
            Err(error) => file.failure = Some(failure::malformed(path, &error.to_string())),
        }
        file
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}

fn contexts(path: &Path, content: &Kubeconfig) -> Vec<Context> {
    let server_of = |cluster: &str| {
        let found = content.clusters.iter().find(|named| named.name == cluster);
        found.and_then(|named| named.cluster.as_ref()?.server.clone()).map(|server| without_user_info(&server))
    };
    content
        .contexts
        .iter()
        .filter_map(|named| {
            let context = named.context.as_ref()?;
            Some(Context {
                name: named.name.clone(),
                file: path.to_owned(),
                server: server_of(&context.cluster).unwrap_or_default(),
                namespace: context.namespace.clone(),
            })
        })
        .collect()
}

/// `https://name:password@host` without the name and the password.
fn without_user_info(server: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else { return server.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if path.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{host}/{path}") }
}
