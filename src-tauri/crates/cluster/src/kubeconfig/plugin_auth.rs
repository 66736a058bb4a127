use super::exec::{Credential, run};
use crate::workloads::now;
use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};
use kube::client::Body;
use kube::config::ExecConfig;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::Mutex;
use tower::{BoxError, Layer, Service};

/// A token is renewed so long before it ends.
const EARLY_MILLIS: i64 = 60_000;

/// The token of a credential plugin, renewed when it ends or is refused.
pub(crate) struct PluginAuth {
    exec: ExecConfig,
    credential: Mutex<Credential>,
}

impl PluginAuth {
    pub fn new(exec: ExecConfig, credential: Credential) -> PluginAuth {
        PluginAuth {
            exec,
            credential: Mutex::new(credential),
        }
    }

    /// One plugin runs at a time; the others wait for its token.
    async fn header(&self) -> Result<HeaderValue, BoxError> {
        let mut credential = self.credential.lock().await;
        let ends = credential
            .expires
            .is_some_and(|end| end.0 - EARLY_MILLIS <= now().0);
        if ends || credential.token.is_none() {
            *credential = run(&self.exec).await?;
        }
        let token = credential.token.as_deref().unwrap_or_default();
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The server does not take the token any more.
    async fn refused(&self, header: &HeaderValue) {
        let mut credential = self.credential.lock().await;
        let token = credential.token.as_deref().unwrap_or_default();
        if header.as_bytes() == format!("Bearer {token}").as_bytes() {
            credential.token = None;
        }
    }
}

/// Puts the token of a credential plugin on every request.
#[derive(Clone)]
pub(crate) struct PluginLayer {
    auth: Arc<PluginAuth>,
}

impl PluginLayer {
    pub fn new(auth: Arc<PluginAuth>) -> PluginLayer {
        PluginLayer { auth }
    }
}

impl<S> Layer<S> for PluginLayer {
    type Service = PluginService<S>;

    fn layer(&self, inner: S) -> PluginService<S> {
        PluginService {
            inner: Arc::new(Mutex::new(inner)),
            auth: self.auth.clone(),
        }
    }
}

/// See [`PluginLayer`]. The service inside is not cloned but lent for the moment of the call.
#[derive(Clone)]
pub(crate) struct PluginService<S> {
    inner: Arc<Mutex<S>>,
    auth: Arc<PluginAuth>,
}

impl<S, B> Service<Request<Body>> for PluginService<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = BoxError> + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<B>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Readiness is awaited in the call, after the token is there.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let (inner, auth) = (self.inner.clone(), self.auth.clone());
        Box::pin(async move {
            let token = auth.header().await?;
            request.headers_mut().insert(header::AUTHORIZATION, token.clone());
            let answer = {
                let mut service = inner.lock().await;
                std::future::poll_fn(|context| service.poll_ready(context)).await?;
                service.call(request)
            };
            let response = answer.await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                auth.refused(&token).await;
            }
            Ok(response)
        })
    }
}
