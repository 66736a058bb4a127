use crate::{Answer, MOST_BYTES, PrometheusTransport, Secret, TelemetryError};
use async_trait::async_trait;
use reqwest::{Client, Url};
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How Slipway introduces itself to a Prometheus.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    /// Not at all.
    #[default]
    None,
    /// With name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// With a token.
    Bearer {
        /// The token.
        token: Secret,
    },
}

/// A Prometheus at a URL.
#[derive(Debug, Clone)]
pub struct HttpPrometheus {
    base: Url,
    credentials: Credentials,
    client: Client,
}

impl HttpPrometheus {
    /// A Prometheus under `url`, which may have a path (`https://example.com/prometheus`). Credentials in the URL are used and
    /// removed from it. The program's crypto provider must be installed before.
    ///
    /// # Errors
    ///
    /// [`TelemetryError::BadAddress`].
    pub fn new(url: &str, credentials: Credentials) -> Result<HttpPrometheus, TelemetryError> {
        let bad = |detail: String| TelemetryError::BadAddress {
            url: without_credentials(url),
            detail,
        };
        let mut base = Url::parse(url.trim()).map_err(|error| bad(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(bad("it must begin with http:// or https://".into()));
        }
        let credentials = match credentials {
            Credentials::None if !base.username().is_empty() => Credentials::Basic {
                user: base.username().to_owned(),
                password: Secret::new(base.password().unwrap_or_default()),
            },
            given => given,
        };
        // Cannot fail for a URL with a host; if it did, credentials must not stay in it.
        if base.set_username("").is_err() || base.set_password(None).is_err() {
            return Err(bad("it cannot carry a user name".into()));
        }
        base.set_query(None);
        base.set_fragment(None);
        let client = Client::builder()
            .connect_timeout(CONNECT)
            // A redirect may lead the credentials to another host.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| bad(plain(&error)))?;
        Ok(HttpPrometheus {
            base,
            credentials,
            client,
        })
    }

    fn url(&self, path: &str, params: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.query_pairs_mut()
            .extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())));
        url
    }
}

/// The address as it may be shown.
fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://{host}"),
            None => url.to_owned(),
        },
        None => url.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

/// What went wrong, with its causes and without the address, whose query may be long.
fn plain(error: &reqwest::Error) -> String {
    let mut sentence = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if !sentence.is_empty() {
            sentence.push_str(": ");
        }
        sentence.push_str(&error.to_string());
        cause = error.source();
    }
    if sentence.is_empty() {
        "the request failed".clone_into(&mut sentence);
    }
    sentence
}

#[async_trait]
impl PrometheusTransport for HttpPrometheus {
    async fn get(&self, path: &str, params: &[(&str, String)]) -> Result<Answer, TelemetryError> {
        let unreachable = |error: reqwest::Error| TelemetryError::Unreachable {
            detail: plain(&error),
        };
        let request = self.client.get(self.url(path, params));
        let request = match &self.credentials {
            Credentials::None => request,
            Credentials::Basic { user, password } => request.basic_auth(user, Some(password.expose())),
            Credentials::Bearer { token } => request.bearer_auth(token.expose()),
        };
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let content_type = response
            .headers()
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(TelemetryError::TooLarge {
                    most_bytes: MOST_BYTES,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            content_type,
            body,
        })
    }
}
