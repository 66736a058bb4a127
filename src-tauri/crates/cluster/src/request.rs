//! One HTTP request to an API server, and what can go wrong with it.

use crate::kubeconfig::Unreached;
use conductor::PortError;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::Value;
use std::time::Duration;

/// How long an API server may take for one answer.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The API server answered with an error.
    Status {
        /// The HTTP status.
        code: u16,
        /// Kubernetes' word for it; may be empty.
        reason: String,
        /// The server's sentence.
        message: String,
        /// How long it asks to wait, in milliseconds.
        retry_after_millis: Option<u64>,
    },
    /// The request never left: no connection, no name, no credentials.
    NotSent(String),
    /// The request may have arrived, but no answer came.
    NoAnswer(String),
    /// What came is no JSON object.
    Unreadable(String),
}

/// A request to be sent.
pub(crate) struct Ask<'a> {
    pub method: Method,
    /// Path and query.
    pub path: &'a str,
    pub content_type: &'static str,
    pub accept: &'a str,
    pub body: Vec<u8>,
}

impl<'a> Ask<'a> {
    pub fn get(path: &'a str) -> Ask<'a> {
        Ask {
            method: Method::GET,
            path,
            content_type: "",
            accept: "application/json",
            body: Vec::new(),
        }
    }

    pub fn json_patch(path: &'a str, patch: &Value) -> Ask<'a> {
        Ask {
            method: Method::PATCH,
            path,
            content_type: "application/json-patch+json",
            accept: "application/json",
            body: patch.to_string().into_bytes(),
        }
    }

    pub fn put(path: &'a str, object: &Value) -> Ask<'a> {
        Ask {
            method: Method::PUT,
            ..Ask::post(path, object)
        }
    }

    pub fn delete(path: &'a str) -> Ask<'a> {
        Ask {
            method: Method::DELETE,
            ..Ask::get(path)
        }
    }

    pub fn post(path: &'a str, object: &Value) -> Ask<'a> {
        Ask {
            method: Method::POST,
            path,
            content_type: "application/json",
            accept: "application/json",
            body: object.to_string().into_bytes(),
        }
    }
}

/// Sends a request and reads the whole answer as JSON.
pub(crate) async fn ask(client: &Client, ask: Ask<'_>) -> Result<Value, Trouble> {
    ask_within(client, ask, ANSWER_TIMEOUT).await
}

pub(crate) async fn ask_within(client: &Client, ask: Ask<'_>, limit: Duration) -> Result<Value, Trouble> {
    let bytes = ask_bytes(client, ask, limit).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Trouble::Unreadable(format!("the answer is not JSON: {error}")))
}

/// Sends a request and reads the whole answer.
pub(crate) async fn ask_bytes(client: &Client, ask: Ask<'_>, limit: Duration) -> Result<Vec<u8>, Trouble> {
    let mut request = Request::builder()
        .method(ask.method)
        .uri(ask.path)
        .header(header::ACCEPT, ask.accept);
    if !ask.content_type.is_empty() {
        request = request.header(header::CONTENT_TYPE, ask.content_type);
    }
    let request = request
        .body(Body::from(ask.body))
        .map_err(|error| Trouble::NotSent(error.to_string()))?;
    let answer = tokio::time::timeout(limit, async {
        let response = client
            .send(request)
            .await
            .map_err(|error| of_client_error(&error))?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| Trouble::NoAnswer(chain(&error)))?
            .to_bytes();
        Ok((status, retry_after, body))
    })
    .await;
    let (status, retry_after, body) = match answer {
        Ok(answer) => answer?,
        Err(_) => {
            return Err(Trouble::NoAnswer(format!(
                "no answer within {} s",
                limit.as_secs()
            )));
        }
    };
    if status.is_success() {
        return Ok(body.to_vec());
    }
    Err(of_status(status, retry_after, &body))
}

fn of_status(status: StatusCode, retry_after: Option<u64>, body: &[u8]) -> Trouble {
    let told: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |key: &str| {
        told.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let seconds = retry_after.or_else(|| told.pointer("/details/retryAfterSeconds").and_then(Value::as_u64));
    let message = match text("message") {
        message if message.is_empty() => format!("the API server answers {status}"),
        message => message,
    };
    Trouble::Status {
        code: status.as_u16(),
        reason: text("reason"),
        message,
        retry_after_millis: seconds.map(|seconds| seconds.saturating_mul(1_000)),
    }
}

/// Sorts an error of the client by whether the request can have arrived.
pub(crate) fn of_client_error(error: &kube::Error) -> Trouble {
    if let kube::Error::Api(status) = error {
        return Trouble::Status {
            code: status.code,
            reason: status.reason.clone(),
            message: status.message.clone(),
            retry_after_millis: status
                .details
                .as_ref()
                .filter(|details| details.retry_after_seconds > 0)
                .map(|details| u64::from(details.retry_after_seconds) * 1_000),
        };
    }
    let text = chain(error);
    for cause in causes(error) {
        if let Some(unreached) = cause.downcast_ref::<Unreached>() {
            return Trouble::NotSent(unreached.to_string());
        }
        if let Some(hyper) = cause.downcast_ref::<hyper_util::client::legacy::Error>()
            && hyper.is_connect()
        {
            return Trouble::NotSent(text);
        }
        // A credential could not be had.
        if cause.is::<PortError>() {
            return Trouble::NotSent(text);
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && matches!(
                io.kind(),
                std::io::ErrorKind::ConnectionRefused
                    | std::io::ErrorKind::HostUnreachable
                    | std::io::ErrorKind::NetworkUnreachable
                    | std::io::ErrorKind::AddrNotAvailable
            )
        {
            return Trouble::NotSent(text);
        }
    }
    match error {
        kube::Error::Auth(_)
        | kube::Error::RustlsTls(_)
        | kube::Error::BuildRequest(_)
        | kube::Error::HttpError(_)
        | kube::Error::InferConfig(_) => Trouble::NotSent(text),
        kube::Error::SerdeError(_) => Trouble::Unreadable(text),
        _ => Trouble::NoAnswer(text),
    }
}

/// An error and what caused it, the outermost first.
pub(crate) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// An error with its causes in one sentence, each said once.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in causes(error).skip(1) {
        let next = cause.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
    }
    text
}

impl Trouble {
    pub(crate) fn is_status(&self, code: u16) -> bool {
        matches!(self, Trouble::Status { code: found, .. } if *found == code)
    }

    /// As a read that failed is told to people. `what` completes "… could not be read".
    pub(crate) fn of_read(self, what: &str) -> PortError {
        match self {
            Trouble::Status {
                code: 401, message, ..
            } => PortError::new(
                "unauthorized",
                format!("The cluster does not know this user any more: {message}"),
                "Sign in to the cluster again.",
            ),
            Trouble::Status {
                code: 403, message, ..
            } => PortError::new(
                "forbidden",
                format!("{what} may not be read: {message}"),
                "Ask the cluster's administrator for the right to read it.",
            ),
            Trouble::Status {
                code: 429, message, ..
            } => PortError::new(
                "throttled",
                format!("The cluster is busy: {message}"),
                "Slipway tries again by itself.",
            ),
            Trouble::Status { code, message, .. } if code >= 500 => PortError::unreachable(
                "cluster-error",
                format!("The cluster cannot answer now ({code}): {message}"),
                "Slipway tries again by itself.",
            ),
            Trouble::Status { code, message, .. } => PortError::new(
                "cluster-error",
                format!("{what} could not be read ({code}): {message}"),
                "",
            ),
            Trouble::NotSent(message) => PortError::unreachable(
                "cluster-unreachable",
                format!("The cluster cannot be reached: {message}."),
                "Check the network, the VPN and the credentials. Slipway tries again by itself.",
            ),
            Trouble::NoAnswer(message) => PortError::unreachable(
                "cluster-timeout",
                format!("The cluster does not answer: {message}"),
                "Check the network and the VPN. Slipway tries again by itself.",
            ),
            Trouble::Unreadable(message) => PortError::new(
                "answer-unreadable",
                format!("What answers is not a Kubernetes API server: {message}"),
                "Check the server's address in the kubeconfig file.",
            ),
        }
    }
}
