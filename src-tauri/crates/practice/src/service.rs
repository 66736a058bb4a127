//! A world as an HTTP service: what `kube::Client` talks to, without sockets.

use crate::access::User;
use crate::api_server::Reply;
use crate::practice::Shared;
use crate::watch::{Polled, WatchId};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use http::{Request, Response, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use kube::client::Body;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The body of an answer: everything at once, or a watch's lines as they come.
type AnswerBody = StreamBody<BoxStream<'static, Result<Frame<Bytes>, io::Error>>>;

/// Requests of one user to one world.
#[derive(Clone)]
pub struct ApiService {
    shared: Arc<Shared>,
    user: User,
}

impl ApiService {
    pub(crate) fn new(shared: Arc<Shared>, user: User) -> Self {
        Self { shared, user }
    }
}

impl tower::Service<Request<Body>> for ApiService {
    type Response = Response<AnswerBody>;
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = self.shared.clone();
        let user = self.user.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            parts.extensions.insert(user);
            answer(shared, Request::from_parts(parts, body)).await
        })
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Bytes>) -> Result<Response<AnswerBody>, io::Error> {
    let mut closed = shared.closed();
    if *closed.borrow() {
        return Err(refused());
    }
    let reply = shared.with(|world| world.handle(request));
    match reply {
        Reply::Answer(response) => {
            let (parts, bytes) = response.into_parts();
            let body = stream::once(async move { Ok(Frame::data(bytes)) }).boxed();
            Ok(Response::from_parts(parts, StreamBody::new(body)))
        }
        Reply::Watch(id) => {
            let mut response = Response::new(StreamBody::new(lines(WatchStream::new(shared, id))));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static("application/json;stream=watch"),
            );
            Ok(response)
        }
        Reply::Refused => Err(refused()),
        Reply::Lost => Err(io::Error::new(
            io::ErrorKind::ConnectionReset,
            "the connection to the practice cluster broke",
        )),
        Reply::Hang => {
            // Until the practice cluster ends; the caller's own time limit comes first.
            let _ = closed.wait_for(|closed| *closed).await;
            Err(refused())
        }
    }
}

fn refused() -> io::Error {
    io::Error::new(
        io::ErrorKind::ConnectionRefused,
        "the practice cluster refuses connections",
    )
}

/// One open watch. Dropping it closes the watch in the world.
struct WatchStream {
    shared: Arc<Shared>,
    id: WatchId,
    waiting: VecDeque<Bytes>,
    deadline: Option<tokio::time::Instant>,
    ended: bool,
}

impl WatchStream {
    fn new(shared: Arc<Shared>, id: WatchId) -> Self {
        let timeout = shared.with_quietly(|world| world.watch_timeout(id));
        let deadline = timeout.map(|timeout| tokio::time::Instant::now() + timeout);
        Self {
            shared,
            id,
            waiting: VecDeque::new(),
            deadline,
            ended: false,
        }
    }
}

impl Drop for WatchStream {
    fn drop(&mut self) {
        self.shared.with_quietly(|world| world.close_watch(self.id));
    }
}

fn lines(watch: WatchStream) -> BoxStream<'static, Result<Frame<Bytes>, io::Error>> {
    stream::unfold(watch, |mut watch| async move {
        let mut changed = watch.shared.changed();
        loop {
            if let Some(line) = watch.waiting.pop_front() {
                return Some((Ok(Frame::data(line)), watch));
            }
            if watch.ended {
                return None;
            }
            // Marked as seen before the poll: a change after it wakes the wait below.
            changed.borrow_and_update();
            match watch.shared.with_quietly(|world| world.poll_watch(watch.id)) {
                Polled::Lines(lines) => watch.waiting.extend(lines),
                Polled::Closed(lines) => {
                    watch.waiting.extend(lines);
                    watch.ended = true;
                }
            }
            if watch.waiting.is_empty() && !watch.ended {
                let wait = changed.changed();
                let more = match watch.deadline {
                    Some(deadline) => tokio::time::timeout_at(deadline, wait)
                        .await
                        .is_ok_and(|woken| woken.is_ok()),
                    None => wait.await.is_ok(),
                };
                watch.ended = !more;
            }
        }
    })
    .boxed()
}
