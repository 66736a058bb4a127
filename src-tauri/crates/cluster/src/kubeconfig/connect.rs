use super::Files;
use super::exec::{Credential, run};
use super::expiry::not_after;
use super::plugin_auth::{PluginAuth, PluginLayer};
use super::unreached::Unreached;
use crate::request::chain;
use crate::workloads::now;
use conductor::PortError;
use kube::client::ClientBuilder;
use kube::config::{AuthInfo, ExecAuthCluster, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use std::sync::Arc;
use std::time::Duration;
use tower::BoxError;
use tower::util::MapErrLayer;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Makes a client for a context. Only a credential plugin is run, for at most [`super::PLUGIN_TIMEOUT`]; the cluster is not asked.
///
/// # Errors
///
/// What is wrong with the context; see the module's codes.
pub async fn connect(files: &Files, context: &str) -> Result<Client, PortError> {
    let mut merged = files.merged().clone();
    let plugin = take_plugin(&mut merged, context)?;
    let mut auth = None;
    if let Some((user, exec)) = plugin {
        let credential = run(&exec).await?;
        if let Credential { token: Some(_), .. } = credential {
            auth = Some(Arc::new(PluginAuth::new(exec, credential)));
        } else if let Some(info) = user_of(&mut merged, &user) {
            info.client_certificate_data = credential.certificate.as_deref().map(base64);
            info.client_key_data = credential.key.as_deref().map(|key| base64(key).into());
        }
    }
    let options = KubeConfigOptions {
        context: Some(context.to_owned()),
        ..KubeConfigOptions::default()
    };
    let mut config = Config::from_custom_kubeconfig(merged, &options)
        .await
        .map_err(|error| of_config_error(context, &error))?;
    refuse_expired(context, &config.auth_info)?;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    // An act that got no answer is looked up on the object, never sent again unseen.
    config.default_retry = false;
    let address = address_of(&config.cluster_url);
    let told = MapErrLayer::new(move |error: BoxError| Unreached::at(&address, error));
    let builder = ClientBuilder::try_from(config).map_err(|error| {
        PortError::new(
            "certificate-unreadable",
            format!("The context {context} cannot be used: {}.", chain(&error)),
            "Check the certificates, keys and tokens that it names.",
        )
    })?;
    let builder = builder.with_layer(&told);
    Ok(match auth {
        Some(auth) => builder.with_layer(&PluginLayer::new(auth)).build(),
        None => builder.build(),
    })
}

/// A server's address without what may be secret in it: the user and the path.
fn address_of(server: &http::Uri) -> String {
    let port = server.port().map_or_else(String::new, |port| format!(":{port}"));
    let scheme = server.scheme_str().unwrap_or("https");
    format!("{scheme}://{}{port}", server.host().unwrap_or_default())
}

/// Checks that the context's parts are there, and takes its credential plugin out: kube would run it without a time limit.
fn take_plugin(
    config: &mut Kubeconfig,
    context: &str,
) -> Result<Option<(String, kube::config::ExecConfig)>, PortError> {
    let Some(named) = config.contexts.iter().find(|known| known.name == context) else {
        return Err(PortError::new(
            "context-unknown",
            format!("No kubeconfig file has a context {context}."),
            "It was renamed or removed. Choose another context for the environment.",
        ));
    };
    let broken = |what: String| {
        PortError::new(
            "context-broken",
            format!("The context {context} names {what}."),
            "Correct the kubeconfig file.",
        )
    };
    let Some(parts) = named.context.clone() else {
        return Err(broken("nothing".into()));
    };
    if config.clusters.iter().all(|known| known.name != parts.cluster) {
        return Err(broken(format!(
            "the cluster {}, which no file has",
            parts.cluster
        )));
    }
    let Some(user) = parts.user else { return Ok(None) };
    let Some(info) = user_of(config, &user) else {
        return Err(broken(format!("the user {user}, which no file has")));
    };
    let Some(mut exec) = info.exec.take() else {
        return Ok(None);
    };
    if exec.provide_cluster_info {
        let cluster = config.clusters.iter().find(|known| known.name == parts.cluster);
        exec.cluster = cluster.and_then(|named| ExecAuthCluster::try_from(named.cluster.as_ref()?).ok());
    }
    Ok(Some((user, exec)))
}

fn user_of<'a>(config: &'a mut Kubeconfig, user: &str) -> Option<&'a mut AuthInfo> {
    let named = config.auth_infos.iter_mut().find(|known| known.name == user)?;
    Some(named.auth_info.get_or_insert_default())
}

fn base64(text: &str) -> String {
    let encoded = serde_json::to_value(k8s_openapi::ByteString(text.as_bytes().to_vec()));
    encoded
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn of_config_error(context: &str, error: &KubeconfigError) -> PortError {
    let (code, hint) = match error {
        KubeconfigError::MissingClusterUrl
        | KubeconfigError::ParseClusterUrl(_)
        | KubeconfigError::ParseProxyUrl(_) => (
            "server-invalid",
            "Correct the addresses of the server and of the proxy in the kubeconfig file.",
        ),
        KubeconfigError::LoadCertificateAuthority(_)
        | KubeconfigError::LoadClientCertificate(_)
        | KubeconfigError::LoadClientKey(_)
        | KubeconfigError::ParseCertificates(_) => (
            "certificate-unreadable",
            "Check the certificate files that the kubeconfig file names.",
        ),
        _ => ("context-broken", "Correct the kubeconfig file."),
    };
    PortError::new(
        code,
        format!("The context {context} cannot be used: {}.", chain(error)),
        hint,
    )
}

/// An API server answers an expired client certificate with a bare 401: it is told before.
fn refuse_expired(context: &str, info: &AuthInfo) -> Result<(), PortError> {
    let Some(end) = client_certificate(info).as_deref().and_then(not_after) else {
        return Ok(());
    };
    if end >= now() {
        return Ok(());
    }
    Err(PortError::new(
        "certificate-expired",
        format!("The client certificate of the context {context} has expired."),
        "Get a new one and put it into the kubeconfig file.",
    ))
}

fn client_certificate(info: &AuthInfo) -> Option<Vec<u8>> {
    if let Some(data) = &info.client_certificate_data {
        let bytes: k8s_openapi::ByteString =
            serde_json::from_value(serde_json::Value::from(data.as_str())).ok()?;
        return Some(bytes.0);
    }
    std::fs::read(info.client_certificate.as_ref()?).ok()
}
