use kube::Client;
use telemetry::{Answer, TelemetryError};

/// `GET` of something behind the API server, at most so many bytes of it.
pub(super) async fn proxied(
    client: &Client,
    uri: String,
    most_bytes: usize,
) -> Result<Answer, TelemetryError> {
    let unreachable = |detail: String| TelemetryError::Unreachable { detail };
    let request = http::Request::get(uri)
        .body(kube::client::Body::empty())
        .map_err(|error| unreachable(error.to_string()))?;
    let response = client
        .send(request)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(http::header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let body = http_body_util::Limited::new(response.into_body(), most_bytes);
    let body = http_body_util::BodyExt::collect(body)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    Ok(Answer {
        status,
        content_type,
        body: body.to_bytes().to_vec(),
    })
}
