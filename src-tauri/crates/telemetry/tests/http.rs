//! The way over HTTP, against a server on the loopback address.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

use telemetry::{Credentials, HttpPrometheus, PrometheusTransport, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request and returns it.
async fn serve(response: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(response.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (format!("http://{address}"), served)
}

const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[tokio::test]
async fn path_query_and_credentials_arrive_as_they_should() {
    let (url, served) = serve(OK).await;
    let credentials = Credentials::Bearer {
        token: Secret::new("t0ken"),
    };
    let transport = HttpPrometheus::new(&format!("{url}/prometheus/"), credentials).unwrap();
    let params = [("query", "up{job=\"a b\"}".to_owned())];
    let answer = transport.get("/api/v1/query", &params).await.unwrap();
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (200, "application/json")
    );
    assert_eq!(answer.body, b"{}");
    let request = served.await.unwrap();
    assert!(
        request.starts_with("GET /prometheus/api/v1/query?query=up%7Bjob%3D%22a+b%22%7D HTTP/1.1"),
        "{request}"
    );
    assert!(
        request.to_lowercase().contains("authorization: bearer t0ken"),
        "{request}"
    );
}

#[tokio::test]
async fn credentials_in_the_address_are_used_and_never_printed() {
    let (url, served) = serve(OK).await;
    let with = url.replace("http://", "http://ana:hunter2@");
    let transport = HttpPrometheus::new(&with, Credentials::None).unwrap();
    assert!(!format!("{transport:?}").contains("hunter2"));
    transport.get("/api/v1/query", &[]).await.unwrap();
    // "ana:hunter2" in base 64.
    let request = served.await.unwrap();
    assert!(request.contains("Basic YW5hOmh1bnRlcjI="), "{request}");
    // Nobody listens there any more.
    let error = transport.get("/api/v1/query", &[]).await.unwrap_err();
    assert_eq!(error.code(), "telemetry-unreachable");
    assert!(!format!("{error:?} {error}").contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_because_it_may_lead_credentials_away() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (url, _served) = serve(moved).await;
    let transport = HttpPrometheus::new(&url, Credentials::None).unwrap();
    assert_eq!(transport.get("/api/v1/query", &[]).await.unwrap().status, 302);
}

#[test]
fn what_is_no_address_is_refused_without_its_credentials() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for url in [
        "",
        "prometheus",
        "ftp://ana:hunter2@host",
        "http://",
        "ana:hunter2@host:9090",
    ] {
        let error = HttpPrometheus::new(url, Credentials::None).unwrap_err();
        assert_eq!(error.code(), "telemetry-bad-address", "{url}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
