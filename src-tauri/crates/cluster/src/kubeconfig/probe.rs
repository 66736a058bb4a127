use super::failure;
use conductor::PortError;
use kube::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a cluster may take to answer.
const LIMIT: Duration = Duration::from_secs(8);

/// How a cluster answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The server's version, for example `v1.36.3`.
    pub server_version: String,
    /// How long the answer took.
    pub took: Duration,
    /// The user name that the cluster knows.
    pub user: Option<String>,
    /// Namespaces, or `None` if they may not be listed.
    pub namespaces: Option<Vec<String>>,
}

/// Asks a cluster who it is, who we are, and which namespaces there are.
///
/// # Errors
///
/// It does not answer, or does not know us.
pub async fn probe(client: &Client, context: &str) -> Result<Answer, PortError> {
    let asked = async {
        let begun = Instant::now();
        let version: Value = get(client, "/version").await?;
        let took = begun.elapsed();
        let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
        let review: Result<Value, kube::Error> = post(client, "/apis/authentication.k8s.io/v1/selfsubjectreviews", &review).await;
        let user = match review {
            Ok(review) => review.pointer("/status/userInfo/username").and_then(Value::as_str).map(str::to_owned),
            // Older clusters have no such review; one that does not know us says so.
            Err(error @ kube::Error::Api(_)) if matches!(&error, kube::Error::Api(status) if status.code == 401) => {
                return Err(error);
            }
            Err(_) => None,
        };
        let namespaces = match get(client, "/api/v1/namespaces?limit=2000").await {
            Ok(list) => Some(names(&list)),
            Err(kube::Error::Api(status)) if status.code == 403 => None,
            Err(error) => return Err(error),
        };
        let server_version = version["gitVersion"].as_str().unwrap_or_default().to_owned();
        Ok(Answer { server_version, took, user, namespaces })
    };
    match tokio::time::timeout(LIMIT, asked).await {
        Ok(answer) => answer.map_err(|error| failure::no_answer(context, &error)),
        Err(_) => Err(failure::too_slow(context, LIMIT.as_secs())),
    }
}

async fn get(client: &Client, path: &str) -> Result<Value, kube::Error> {
    let request = http::Request::get(path).body(Vec::new()).map_err(kube::Error::HttpError)?;
    client.request(request).await
}

async fn post(client: &Client, path: &str, body: &Value) -> Result<Value, kube::Error> {
    let request = http::Request::post(path)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(body.to_string().into_bytes())
        .map_err(kube::Error::HttpError)?;
    client.request(request).await
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.pointer("/metadata/name")?.as_str().map(str::to_owned)).collect()
}
