//! A small HTTP client for plain addresses: Prometheus and pods.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A client that keeps connections open and gives up connecting after a second.
pub(crate) fn client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(1)));
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .build(connector)
}

/// The status and the text behind a URL, within `limit`; the error is a sentence.
pub(crate) async fn get(url: &str, limit: Duration) -> Result<(u16, String), String> {
    exchange(Request::get(url).body(Full::default()), url, limit).await
}

/// Sends a body within ten seconds; an answer other than 200 is an error.
pub(crate) async fn post(url: &str, body: &str) -> Result<String, String> {
    let request = Request::post(url).body(Full::from(body.to_owned()));
    match exchange(request, url, Duration::from_secs(10)).await? {
        (200, text) => Ok(text),
        (status, text) => Err(format!("{url}: {status} {text}")),
    }
}

async fn exchange(
    request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    url: &str,
    limit: Duration,
) -> Result<(u16, String), String> {
    let request = request.map_err(|cause| format!("{url}: {cause}"))?;
    let exchange = async {
        let response = client()
            .request(request)
            .await
            .map_err(|cause| format!("{url}: {cause}"))?;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|cause| format!("{url}: {cause}"))?;
        Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
    };
    tokio::time::timeout(limit, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("{url}: no answer within {limit:?}")))
}

/// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
