//! What can be wrong between a kubeconfig file and an answer, in sentences.

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

/// What a cluster that does not answer as it should means, read from the client's error.
pub(super) fn no_answer(context: &str, error: &kube::Error) -> PortError {
    let detail = chain(error);
    let says = |words: &[&str]| words.iter().any(|word| detail.to_lowercase().contains(word));
    if let kube::Error::Api(status) = error {
        return match status.code {
            401 => PortError::new(
                "sign-in-expired",
                format!("The cluster of {context} does not know you: {}.", status.message),
                "Sign in again with your usual tool; Slipway reads the file anew by itself.",
            ),
            403 => PortError::new(
                "forbidden",
                format!("You may not do this in {context}: {}.", status.message),
                "Ask for the right that is named.",
            ),
            _ => PortError::new(
                "cluster-error",
                format!("The cluster of {context} answered {}: {}.", status.code, status.message),
                "Try again later.",
            ),
        };
    }
    if says(&["expired"]) {
        return PortError::new(
            "certificate-expired",
            format!("A certificate between this computer and {context} has expired: {}.", first_line(&detail)),
            "Fetch the kubeconfig file anew; if it is the server's certificate, tell its administrator.",
        );
    }
    if says(&["certificate", "unknownissuer", "tls", "handshake"]) {
        return PortError::new(
            "certificate-refused",
            format!("The connection to {context} cannot be trusted: {}.", first_line(&detail)),
            "Check certificate-authority-data in the kubeconfig file.",
        );
    }
    PortError::unreachable(
        "unreachable",
        format!("The cluster of {context} cannot be reached: {}.", first_line(&detail)),
        "Check network and VPN.",
    )
}

pub(super) fn too_slow(context: &str, seconds: u64) -> PortError {
    PortError::unreachable(
        "unreachable",
        format!("The cluster of {context} gave no answer within {seconds} seconds."),
        "Check network and VPN.",
    )
}

/// An error with everything below it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(below) = source {
        let more = below.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = below.source();
    }
    text
}

/// The first line, without a full stop and not longer than a sentence.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().trim_end_matches('.');
    line.chars().take(300).collect()
}
