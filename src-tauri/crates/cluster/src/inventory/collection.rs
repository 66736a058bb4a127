use super::item::{Kept, Line, Page};
use crate::request::{Ask, Trouble, ask_bytes, of_client_error};
use conductor::PortError;
use futures::TryStreamExt;
use http::{Request, header};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde::Deserialize;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Objects asked for at once: a page is parsed and let go before the next one is read.
const PAGE: usize = 1_000;
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the API server shall keep one watch open; it is then opened again where it ended.
const WATCH_SECONDS: u32 = 290;
/// Nothing at all, not even a bookmark, for so long: the watch is taken for dead.
const SILENCE: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 30);
const RETRY: Duration = Duration::from_secs(1);
/// The wait before a new list where the old one has expired.
const RELIST: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// The objects of one kind in one place.
pub(crate) struct Collection<T> {
    pub items: HashMap<String, T>,
    /// Whether the first list is complete.
    pub complete: bool,
    /// Why it cannot be read now, if so.
    pub failure: Option<PortError>,
}

impl<T> Default for Collection<T> {
    fn default() -> Collection<T> {
        Collection {
            items: HashMap::new(),
            complete: false,
            failure: None,
        }
    }
}

/// What happened to a collection.
pub(crate) enum Change<T> {
    /// A complete list.
    Listed(HashMap<String, T>),
    /// An object is new or changed.
    Put(T),
    /// An object is gone.
    Gone(String),
    /// It cannot be read.
    Failed(PortError),
}

impl<T: Kept> Collection<T> {
    pub fn take(&mut self, change: Change<T>) {
        match change {
            Change::Listed(items) => {
                *self = Collection {
                    items,
                    complete: true,
                    failure: None,
                };
            }
            Change::Put(item) => drop(self.items.insert(item.uid().to_owned(), item)),
            Change::Gone(uid) => drop(self.items.remove(&uid)),
            Change::Failed(failure) => self.failure = Some(failure),
        }
    }
}

/// Lists and watches for ever. `take` answers whether anybody still wants to know.
pub(crate) async fn keep<T: Kept>(
    client: Client,
    path: String,
    what: &'static str,
    take: impl Fn(Change<T>) -> bool + Send + Sync,
) {
    let mut wait = RETRY;
    loop {
        match list::<T>(&client, &path).await {
            Ok((items, version)) => {
                wait = RETRY;
                if !take(Change::Listed(items)) || !watch(&client, &path, version, &take).await {
                    return;
                }
            }
            Err(trouble) => {
                if !take(Change::Failed(trouble.of_read(what))) {
                    return;
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_RETRY);
            }
        }
    }
}

fn accept<T: Kept>(kind: &str) -> String {
    if T::METADATA_ONLY {
        format!("application/json;as={kind};g=meta.k8s.io;v=v1,application/json")
    } else {
        "application/json".to_owned()
    }
}

async fn list<T: Kept>(client: &Client, path: &str) -> Result<(HashMap<String, T>, String), Trouble> {
    let accept = accept::<T>("PartialObjectMetadataList");
    let mut items = HashMap::new();
    let mut next = String::new();
    loop {
        let query = if next.is_empty() {
            format!("{path}?limit={PAGE}")
        } else {
            format!("{path}?limit={PAGE}&continue={next}")
        };
        let ask = Ask {
            accept: &accept,
            ..Ask::get(&query)
        };
        let bytes = ask_bytes(client, ask, PAGE_TIMEOUT).await?;
        let page: Page<T> = serde_json::from_slice(&bytes)
            .map_err(|error| Trouble::Unreadable(format!("the list {path} cannot be read: {error}")))?;
        drop(bytes);
        items.reserve(page.items.len());
        for item in page.items {
            items.insert(item.uid().to_owned(), item);
        }
        if page.metadata.next.is_empty() {
            return Ok((items, page.metadata.resource_version));
        }
        next = crate::workloads::encoded(&page.metadata.next);
    }
}

/// Watches from a resourceVersion on, as often as the watch ends by itself; `true` when a new list is needed.
async fn watch<T: Kept>(
    client: &Client,
    path: &str,
    mut version: String,
    take: &(impl Fn(Change<T>) -> bool + Send + Sync),
) -> bool {
    loop {
        let begun = Instant::now();
        match watch_once(client, path, &mut version, take).await {
            Ok(End::NobodyListens) => return false,
            Ok(End::Closed) => {
                // A proxy that ends every watch at once must not make a busy loop of it.
                if begun.elapsed() < RETRY {
                    tokio::time::sleep(RETRY).await;
                }
            }
            Ok(End::Expired) => {
                tokio::time::sleep(RELIST).await;
                return true;
            }
            Err(trouble) => {
                tracing::debug!(path, ?trouble, "a watch broke");
                // Whether the API server can be reached at all is told by the list that follows.
                tokio::time::sleep(if trouble.is_status(410) { RELIST } else { RETRY }).await;
                return true;
            }
        }
    }
}

enum End {
    NobodyListens,
    Closed,
    Expired,
}

async fn watch_once<T: Kept>(
    client: &Client,
    path: &str,
    version: &mut String,
    take: &(impl Fn(Change<T>) -> bool + Send + Sync),
) -> Result<End, Trouble> {
    let from = crate::workloads::encoded(version);
    let request = Request::get(format!(
        "{path}?watch=1&resourceVersion={from}&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}"
    ))
    .header(header::ACCEPT, accept::<T>("PartialObjectMetadata"))
    .body(Body::empty())
    .map_err(|error| Trouble::NotSent(error.to_string()))?;
    let response = tokio::time::timeout(PAGE_TIMEOUT, client.send(request))
        .await
        .map_err(|_| Trouble::NoAnswer("the watch does not begin".into()))?
        .map_err(|error| of_client_error(&error))?;
    if !response.status().is_success() {
        return Err(Trouble::Status {
            code: response.status().as_u16(),
            reason: String::new(),
            message: format!("the watch is refused: {}", response.status()),
            retry_after_millis: None,
        });
    }
    let mut chunks = response.into_body().into_data_stream();
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let chunk = tokio::time::timeout(SILENCE, chunks.try_next())
            .await
            .map_err(|_| Trouble::NoAnswer("the watch is silent".into()))?
            .map_err(|error| Trouble::NoAnswer(error.to_string()))?;
        let Some(chunk) = chunk else {
            return Ok(End::Closed);
        };
        rest.extend_from_slice(&chunk);
        let mut begin = 0;
        while let Some(length) = rest[begin..].iter().position(|byte| *byte == b'\n') {
            let line = &rest[begin..begin + length];
            begin += length + 1;
            match read_line::<T>(line, version) {
                Read::Change(change) => {
                    if !take(change) {
                        return Ok(End::NobodyListens);
                    }
                }
                Read::Expired => return Ok(End::Expired),
                Read::Nothing => {}
            }
        }
        rest.drain(..begin);
    }
}

enum Read<T> {
    Change(Change<T>),
    Expired,
    Nothing,
}

fn read_line<T: Kept>(line: &[u8], version: &mut String) -> Read<T> {
    #[derive(Deserialize)]
    struct Versioned {
        metadata: super::item::PageMetadata,
    }
    let Ok(line) = serde_json::from_slice::<Line<'_>>(line) else {
        return Read::Nothing;
    };
    if line.kind == "ERROR" {
        return Read::Expired;
    }
    if let Ok(object) = serde_json::from_str::<Versioned>(line.object.get()) {
        *version = object.metadata.resource_version;
    }
    let item = || serde_json::from_str::<T>(line.object.get());
    match line.kind.as_str() {
        "ADDED" | "MODIFIED" => item().map_or(Read::Nothing, |item| Read::Change(Change::Put(item))),
        "DELETED" => item().map_or(Read::Nothing, |item| {
            Read::Change(Change::Gone(item.uid().to_owned()))
        }),
        _ => Read::Nothing,
    }
}
