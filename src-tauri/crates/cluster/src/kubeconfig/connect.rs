use super::{Files, exec_plugin, failure};
use conductor::PortError;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// A watch may be idle that long; single requests have limits of their own.
const IDLE: Duration = Duration::from_secs(295);

/// A client for a context.
///
/// # Errors
///
/// The context is unknown or incomplete, or its sign-in program does not answer as it should. The cluster itself is not
/// asked: see [`crate::inventory::identify`].
pub async fn connect(files: &Files, context: &str) -> Result<Client, PortError> {
    let merged = files.merged(context)?;
    if let Some(exec) = exec_of(&merged, context) {
        exec_plugin::try_out(&exec, exec_plugin::LIMIT).await?;
    }
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(merged, &options)
        .await
        .map_err(|error| failure::incomplete_context(context, &error.to_string()))?;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(IDLE);
    // The client asks the sign-in program again while it is made, and waits for it.
    let handle = tokio::runtime::Handle::current();
    let making = tokio::task::spawn_blocking(move || {
        let _inside = handle.enter();
        Client::try_from(config)
    });
    match tokio::time::timeout(exec_plugin::LIMIT, making).await {
        Ok(Ok(Ok(client))) => Ok(client),
        Ok(Ok(Err(error))) => Err(failure::incomplete_context(context, &error.to_string())),
        Ok(Err(error)) => Err(failure::incomplete_context(context, &error.to_string())),
        Err(_) => Err(failure::plugin_hangs("of the context", exec_plugin::LIMIT.as_secs())),
    }
}

/// The sign-in program of a context, if it has one.
fn exec_of(merged: &Kubeconfig, context: &str) -> Option<kube::config::ExecConfig> {
    let named = merged.contexts.iter().find(|named| named.name == context)?;
    let user = named.context.as_ref()?.user.as_ref()?;
    let info = merged.auth_infos.iter().find(|info| info.name == *user)?;
    info.auth_info.as_ref()?.exec.clone()
}
