use crate::request::{Ask, Trouble, ask};
use conductor::PortError;
use kube::Client;
use serde_json::{Value, json};

/// How a cluster answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The server's version, for example `v1.36.3`.
    pub server_version: String,
    /// The user name that the cluster knows; `None` if it does not tell.
    pub user: Option<String>,
}

/// Asks a cluster for its version and for who is asking.
///
/// # Errors
///
/// It cannot be reached (`cluster-unreachable`, `cluster-timeout`), does not know the user (`unauthorized`), shows a
/// certificate that is not trusted (`certificate-untrusted`) or has expired (`certificate-expired`), or is no cluster
/// (`answer-unreadable`).
pub async fn identify(client: &Client) -> Result<Identity, PortError> {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let (version, who) = futures::join!(
        ask(client, Ask::get("/version")),
        ask(
            client,
            Ask::post("/apis/authentication.k8s.io/v1/selfsubjectreviews", &review)
        ),
    );
    let version = version.map_err(certificate)?;
    let who = match who {
        Ok(who) => who
            .pointer("/status/userInfo/username")
            .and_then(Value::as_str)
            .map(str::to_owned),
        // Anybody may ask for the version; this one says that the user is not known.
        Err(trouble) if trouble.is_status(401) => return Err(trouble.of_read("Who you are")),
        Err(_) => None,
    };
    Ok(Identity {
        server_version: version
            .get("gitVersion")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        user: who,
    })
}

/// The namespaces of a cluster, by name.
///
/// # Errors
///
/// As [`identify`]; `forbidden` where they may not be listed: then they are typed.
pub async fn namespaces(client: &Client) -> Result<Vec<String>, PortError> {
    let list = ask(client, Ask::get("/api/v1/namespaces"))
        .await
        .map_err(|trouble| match trouble {
            Trouble::Status {
                code: 403, message, ..
            } => PortError::new(
                "forbidden",
                format!("The namespaces may not be listed: {message}"),
                "Type the namespaces that you work with.",
            ),
            other => certificate(other),
        })?;
    let items = list.get("items").and_then(Value::as_array);
    let names = items
        .into_iter()
        .flatten()
        .filter_map(|item| item.pointer("/metadata/name")?.as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// Trouble with certificates is told apart from a network that is down.
fn certificate(trouble: Trouble) -> PortError {
    let text = match &trouble {
        Trouble::NotSent(text) | Trouble::NoAnswer(text) => text.to_lowercase(),
        _ => String::new(),
    };
    let expired = text.contains("expired");
    if text.contains("certificate") || text.contains("unknownissuer") {
        let (code, message, hint) = if expired {
            (
                "certificate-expired",
                "A certificate has expired",
                "Renew the client certificate in the kubeconfig file, or the server's certificate.",
            )
        } else {
            (
                "certificate-untrusted",
                "The server's certificate is not trusted",
                "Check certificate-authority in the kubeconfig file.",
            )
        };
        return PortError::unreachable(code, format!("{message}: {text}"), hint);
    }
    trouble.of_read("The cluster")
}
