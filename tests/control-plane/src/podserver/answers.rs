//! The HTTP side: which pod a connection is for, and its answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::metrics::Families;
use super::pods::{Pod, Pods};

/// How long a request to an unknown address waits for the watch: an EndpointSlice may reach a client a moment before
/// the pod reaches this process.
const PATIENCE: Duration = Duration::from_millis(300);

/// Accepts connections to all addresses, for ever.
pub(super) async fn accept(listener: TcpListener, pods: Arc<Pods>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(converse(stream, pods.clone()));
            }
            // Out of file descriptors, for instance: let some connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn converse(stream: TcpStream, pods: Arc<Pods>) {
    let Ok(IpAddr::V4(address)) = stream.local_addr().map(|local| local.ip()) else {
        return;
    };
    let service = service_fn(move |request| {
        let pods = pods.clone();
        async move { respond(&pods, address, request).await }
    });
    // An error is a client that went away, or a pod without a process.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection of a pod whose container does not run is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("no process runs in this pod")]
struct NoProcess;

async fn respond(
    pods: &Pods,
    address: Ipv4Addr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, NoProcess> {
    if address.is_loopback() {
        // Nobody's pod: this is for Prometheus, which asks what there is to scrape.
        let cluster = request.uri().query().unwrap_or_default();
        return Ok(answer(200, "application/json", pods.targets(cluster)));
    }
    let Some(pod) = find(pods, address).await else {
        return Ok(answer(503, "text/plain", "no pod has this address\n"));
    };
    if !pod.is_alive() {
        return Err(NoProcess);
    }
    match request.uri().path() {
        "/metrics" if pod.families() == Families::Off => Ok(answer(404, "text/plain", "no metrics\n")),
        "/metrics" => {
            let metrics = pod.metrics.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(answer(
                200,
                "text/plain; version=0.0.4",
                metrics.text(pod.families()),
            ))
        }
        _ => Ok(work(&pod, request.method().as_str()).await),
    }
}

async fn find(pods: &Pods, address: Ipv4Addr) -> Option<Arc<Pod>> {
    let started = Instant::now();
    loop {
        let pod = pods.at(address);
        if pod.is_some() || started.elapsed() > PATIENCE {
            return pod;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the application itself would do: take its time, then answer well or badly.
async fn work(pod: &Pod, method: &str) -> Response<Full<Bytes>> {
    let started = Instant::now();
    let fate = pod.draw();
    tokio::time::sleep(fate.delay).await;
    pod.metrics.lock().unwrap_or_else(PoisonError::into_inner).record(
        fate.code,
        method,
        started.elapsed().as_secs_f64(),
    );
    let body = serde_json::json!({"namespace": pod.namespace, "pod": pod.name, "version": pod.version});
    let mut response = answer(fate.code, "application/json", body.to_string());
    for (name, value) in [("x-version", &pod.version), ("x-pod", &pod.name)] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn answer(code: u16, content: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = hyper::StatusCode::from_u16(code).unwrap_or_default();
    response
        .headers_mut()
        .insert("content-type", hyper::header::HeaderValue::from_static(content));
    response
}
