//! Credential plugins (client-go credential plugins, `client.authentication.k8s.io`), run with a time limit.

use conductor::PortError;
use kube::config::{ExecConfig, ExecInteractiveMode};
use release::Timestamp;
use serde::Deserialize;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// The longest that a credential plugin may take.
pub const PLUGIN_TIMEOUT: Duration = Duration::from_secs(15);
/// The most of a plugin's complaint that is shown.
const COMPLAINT: usize = 300;

/// What a plugin gave.
pub(crate) struct Credential {
    pub token: Option<String>,
    /// PEM.
    pub certificate: Option<String>,
    /// PEM.
    pub key: Option<String>,
    /// When it ends; `None` if it does not say.
    pub expires: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Answer {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<String>,
}

pub(crate) async fn run(exec: &ExecConfig) -> Result<Credential, PortError> {
    run_within(exec, PLUGIN_TIMEOUT).await
}

pub(crate) async fn run_within(exec: &ExecConfig, limit: Duration) -> Result<Credential, PortError> {
    let name = exec.command.as_deref().unwrap_or_default();
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(PortError::new(
            "exec-interactive",
            format!("The credential plugin {name} wants to ask in a terminal."),
            "Sign in with it in a terminal, and use a context that does not ask.",
        ));
    }
    let mut command = Command::new(name);
    command
        .args(exec.args.iter().flatten())
        .env("KUBERNETES_EXEC_INFO", information(exec))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    let output = match tokio::time::timeout(limit, command.output()).await {
        Err(_) => {
            return Err(PortError::unreachable(
                "exec-timeout",
                format!(
                    "The credential plugin {name} gave no answer within {} s and was ended.",
                    limit.as_secs()
                ),
                "Run it in a terminal: it may wait for a sign-in.",
            ));
        }
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
            let hint = exec.install_hint.clone();
            return Err(PortError::new(
                "exec-missing",
                format!("The credential plugin {name} is not installed."),
                hint.unwrap_or_else(|| "Install it, or put it where programs are found (PATH).".into()),
            ));
        }
        Ok(Err(error)) => return Err(failed(name, &error.to_string())),
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.trim().chars().take(COMPLAINT).collect();
        return Err(failed(name, &format!("{}: {said}", output.status)));
    }
    understand(name, &output.stdout)
}

fn failed(name: &str, why: &str) -> PortError {
    PortError::new(
        "exec-failed",
        format!("The credential plugin {name} failed: {why}"),
        "Run it in a terminal and sign in again.",
    )
}

/// What it printed is never shown: it may be a credential.
pub(crate) fn understand(name: &str, printed: &[u8]) -> Result<Credential, PortError> {
    let rubbish = |what: &str| {
        PortError::new(
            "exec-rubbish",
            format!("What the credential plugin {name} printed is no credential: {what}."),
            "Run it in a terminal and look at what it prints.",
        )
    };
    let answer: Answer =
        serde_json::from_slice(printed).map_err(|_| rubbish("it is not an ExecCredential in JSON"))?;
    let status = answer.status.ok_or_else(|| rubbish("it has no status"))?;
    let token = status.token.filter(|token| !token.is_empty());
    if token.is_none() && (status.client_certificate_data.is_none() || status.client_key_data.is_none()) {
        return Err(rubbish("it has neither a token nor a certificate with its key"));
    }
    Ok(Credential {
        token,
        certificate: status.client_certificate_data,
        key: status.client_key_data,
        expires: status
            .expiration_timestamp
            .as_deref()
            .and_then(crate::workloads::moment),
    })
}

fn information(exec: &ExecConfig) -> String {
    let mut spec = serde_json::json!({"interactive": false});
    if exec.provide_cluster_info
        && let Some(cluster) = exec
            .cluster
            .as_ref()
            .and_then(|cluster| serde_json::to_value(cluster).ok())
    {
        spec["cluster"] = cluster;
    }
    let version = exec
        .api_version
        .as_deref()
        .unwrap_or("client.authentication.k8s.io/v1");
    serde_json::json!({"apiVersion": version, "kind": "ExecCredential", "spec": spec}).to_string()
}
