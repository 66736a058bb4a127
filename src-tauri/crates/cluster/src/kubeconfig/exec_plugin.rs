use super::failure;
use conductor::PortError;
use kube::config::ExecConfig;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;

/// How long a sign-in program may take.
pub(super) const LIMIT: Duration = Duration::from_secs(15);

/// Runs a sign-in program once, under a time limit that the client library does not have, and looks whether it answers
/// with a credential. The credential itself is thrown away: the client asks for its own.
///
/// # Errors
///
/// It cannot be started, hangs, fails, or answers something else.
pub(super) async fn try_out(exec: &ExecConfig, limit: Duration) -> Result<(), PortError> {
    let name = exec.command.clone().unwrap_or_default();
    let mut command = tokio::process::Command::new(&name);
    command
        .args(exec.args.iter().flatten())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .env("KUBERNETES_EXEC_INFO", exec_info(exec));
    for pair in exec.env.iter().flatten() {
        if let (Some(key), Some(value)) = (pair.get("name"), pair.get("value")) {
            command.env(key, value);
        }
    }
    let child = command.spawn().map_err(|error| failure::plugin_missing(&name, &error.to_string()))?;
    let output = match tokio::time::timeout(limit, child.wait_with_output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(failure::plugin_failed(&name, &error.to_string())),
        Err(_) => return Err(failure::plugin_hangs(&name, limit.as_secs())),
    };
    if !output.status.success() {
        return Err(failure::plugin_failed(&name, &String::from_utf8_lossy(&output.stderr)));
    }
    let answer: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let is_credential = answer.is_some_and(|answer| answer["kind"] == "ExecCredential" && answer["status"].is_object());
    if is_credential { Ok(()) } else { Err(failure::plugin_rubbish(&name)) }
}

/// What the program is told (client.authentication.k8s.io, "Input and output formats").
fn exec_info(exec: &ExecConfig) -> String {
    let version = exec.api_version.as_deref().unwrap_or("client.authentication.k8s.io/v1");
    json!({ "apiVersion": version, "kind": "ExecCredential", "spec": { "interactive": false } }).to_string()
}
