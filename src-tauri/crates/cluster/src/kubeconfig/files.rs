use conductor::PortError;
use kube::config::Kubeconfig;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Kubeconfig files as they were read.
#[derive(Default)]
pub struct Files {
    /// In the order in which they were named.
    pub files: Vec<File>,
    merged: Kubeconfig,
    stamps: Vec<Stamp>,
}

/// One kubeconfig file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Names of the contexts in it.
    pub contexts: Vec<String>,
    /// What is wrong with it, if anything is.
    pub failure: Option<PortError>,
}

/// One context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name. Where several files have one of this name, the first counts, as for kubectl.
    pub name: String,
    /// The file it is from.
    pub file: PathBuf,
    /// The server's address without user info; empty if the context names no known cluster.
    pub server: String,
    /// The namespace that it names, if it does.
    pub namespace: Option<String>,
    /// The plugin that it gets its credentials from, if it does.
    pub plugin: Option<String>,
}

/// What tells whether a file was changed: when, and how long it is. `None` where there is no file.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The files that kubectl would read: those of `KUBECONFIG` (a list), else the default one in the home folder.
pub fn default_paths(list: Option<&str>, home: Option<&Path>) -> Vec<PathBuf> {
    let named: Vec<PathBuf> = list
        .map(|list| {
            std::env::split_paths(list)
                .filter(|path| !path.as_os_str().is_empty())
                .collect()
        })
        .unwrap_or_default();
    if named.is_empty() {
        home.map(|home| home.join(".kube").join("config"))
            .into_iter()
            .collect()
    } else {
        named
    }
}

impl Files {
    /// Reads files. A file that cannot be read takes nothing away from the others.
    pub fn read(paths: &[PathBuf]) -> Files {
        let mut read = Files::default();
        for path in paths {
            read.stamps.push(stamp(path));
            match read_one(path) {
                Ok(config) => {
                    let contexts = config
                        .contexts
                        .iter()
                        .map(|context| context.name.clone())
                        .collect();
                    read.files.push(File {
                        path: path.clone(),
                        contexts,
                        failure: None,
                    });
                    read.merge(config);
                }
                Err(failure) => read.files.push(File {
                    path: path.clone(),
                    contexts: Vec::new(),
                    failure: Some(failure),
                }),
            }
        }
        read
    }

    /// As kubectl merges: what comes first counts.
    fn merge(&mut self, config: Kubeconfig) {
        let merged = &mut self.merged;
        for context in config.contexts {
            if merged.contexts.iter().all(|known| known.name != context.name) {
                merged.contexts.push(context);
            }
        }
        for cluster in config.clusters {
            if merged.clusters.iter().all(|known| known.name != cluster.name) {
                merged.clusters.push(cluster);
            }
        }
        for user in config.auth_infos {
            if merged.auth_infos.iter().all(|known| known.name != user.name) {
                merged.auth_infos.push(user);
            }
        }
        if merged.current_context.is_none() {
            merged.current_context = config.current_context;
        }
    }

    /// Every context, in the order of the files.
    pub fn contexts(&self) -> Vec<Context> {
        self.merged
            .contexts
            .iter()
            .map(|named| {
                let context = named.context.as_ref();
                let cluster = context.and_then(|context| {
                    self.merged
                        .clusters
                        .iter()
                        .find(|known| known.name == context.cluster)
                });
                let user = context
                    .and_then(|context| context.user.as_ref())
                    .and_then(|user| self.merged.auth_infos.iter().find(|known| known.name == *user));
                let file = self.files.iter().find(|file| file.contexts.contains(&named.name));
                let server = cluster.and_then(|named| named.cluster.as_ref()?.server.clone());
                Context {
                    name: named.name.clone(),
                    file: file.map(|file| file.path.clone()).unwrap_or_default(),
                    server: server.as_deref().map(without_user_info).unwrap_or_default(),
                    namespace: context.and_then(|context| context.namespace.clone()),
                    plugin: user.and_then(|named| named.auth_info.as_ref()?.exec.as_ref()?.command.clone()),
                }
            })
            .collect()
    }

    /// The context that kubectl would use.
    pub fn current_context(&self) -> Option<&str> {
        self.merged.current_context.as_deref()
    }

    /// Whether any of the files is not any more as it was read, appeared or went away.
    pub fn changed(&self) -> bool {
        self.files
            .iter()
            .zip(&self.stamps)
            .any(|(file, read)| stamp(&file.path) != *read)
    }

    pub(crate) fn merged(&self) -> &Kubeconfig {
        &self.merged
    }
}

fn read_one(path: &Path) -> Result<Kubeconfig, PortError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => PortError::new(
            "kubeconfig-missing",
            format!("There is no file {shown}."),
            "Choose another file, or create this one.",
        ),
        ErrorKind::InvalidData => malformed(path, "it is not text"),
        _ => PortError::new(
            "kubeconfig-unreadable",
            format!("{shown} cannot be read: {error}."),
            "Check who may read the file.",
        ),
    })?;
    if text.trim().is_empty() {
        return Err(PortError::new(
            "kubeconfig-empty",
            format!("{shown} is empty."),
            "Choose another file.",
        ));
    }
    // The parser's own sentence may quote the file, and with it a credential: only the place is told.
    Kubeconfig::read_from(path).map_err(|error| malformed(path, place(&error.to_string())))
}

fn malformed(path: &Path, why: impl std::fmt::Display) -> PortError {
    PortError::new(
        "kubeconfig-malformed",
        format!("{} is not a kubeconfig file: {why}.", path.display()),
        "Correct it, or choose another file. kubectl config view shows what kubectl makes of it.",
    )
}

/// `line 3, column 7` out of a parser's sentence.
fn place(sentence: &str) -> String {
    let number_after = |word: &str| -> Option<u32> {
        let rest = sentence.split(word).nth(1)?;
        let digits: String = rest
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    };
    match (number_after("line"), number_after("column")) {
        (Some(line), Some(column)) => format!("see line {line}, column {column}"),
        (Some(line), None) => format!("see line {line}"),
        _ => "its YAML cannot be read".to_owned(),
    }
}

fn without_user_info(server: &str) -> String {
    match (server.split_once("://"), server.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => server.to_owned(),
    }
}
