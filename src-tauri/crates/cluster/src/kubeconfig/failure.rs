//! What can be wrong between a kubeconfig file and a connection, in sentences.

use conductor::PortError;
use std::path::Path;

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> PortError {
    let path = path.display();
    if error.kind() == std::io::ErrorKind::NotFound {
        return PortError::new(
            "kubeconfig-missing",
            format!("There is no kubeconfig file {path}."),
            "Add the file that your cluster's administrator gave you, or begin with the practice cluster.",
        );
    }
    PortError::new(
        "kubeconfig-unreadable",
        format!("The kubeconfig file {path} cannot be read: {error}."),
        "Check who may read the file.",
    )
}

pub(super) fn empty(path: &Path) -> PortError {
    PortError::new(
        "kubeconfig-empty",
        format!("The kubeconfig file {} is empty.", path.display()),
        "Fetch it anew from your cluster's administrator or tool.",
    )
}

pub(super) fn malformed(path: &Path, detail: &str) -> PortError {
    PortError::new(
        "kubeconfig-malformed",
        format!("The kubeconfig file {} cannot be understood: {}.", path.display(), first_line(detail)),
        "Correct the place that is named; the other files are used meanwhile.",
    )
}

pub(super) fn no_contexts(path: &Path) -> PortError {
    PortError::new(
        "kubeconfig-without-contexts",
        format!("The kubeconfig file {} names no context.", path.display()),
        "Add a context with `kubectl config set-context`.",
    )
}

pub(super) fn unknown_context(context: &str) -> PortError {
    PortError::new(
        "context-unknown",
        format!("No kubeconfig file has the context {context}."),
        "Check its name and the list of files.",
    )
}

pub(super) fn incomplete_context(context: &str, detail: &str) -> PortError {
    PortError::new(
        "context-incomplete",
        format!("The context {context} cannot be used: {}.", first_line(detail)),
        "Correct the cluster and user that it names in the kubeconfig file.",
    )
}

pub(super) fn plugin_missing(command: &str, detail: &str) -> PortError {
    PortError::new(
        "sign-in-plugin-missing",
        format!("The sign-in program {command} cannot be started: {detail}."),
        "Install it, or make it known on the PATH that graphical programs get.",
    )
}

pub(super) fn plugin_hangs(command: &str, seconds: u64) -> PortError {
    PortError::new(
        "sign-in-plugin-hangs",
        format!("The sign-in program {command} gave no answer within {seconds} seconds and was ended."),
        "Run it in a terminal: it may wait for a browser or a password there.",
    )
}

pub(super) fn plugin_failed(command: &str, detail: &str) -> PortError {
    PortError::new(
        "sign-in-plugin-failed",
        format!("The sign-in program {command} failed: {}.", first_line(detail)),
        "Run it in a terminal, and sign in again.",
    )
}

pub(super) fn plugin_rubbish(command: &str) -> PortError {
    PortError::new(
        "sign-in-plugin-rubbish",
        format!("The sign-in program {command} answered something that is not a Kubernetes credential."),
        "Check the version of the program and the arguments in the kubeconfig file.",
    )
}

/// The first line, without a full stop and not longer than a sentence.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().trim_end_matches('.');
    line.chars().take(300).collect()
}
