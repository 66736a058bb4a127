//! A request as the handlers read it, whether it came over HTTP or from within the process.

use crate::access::User;
use bytes::Bytes;
use http::{HeaderName, Request, header};
use serde_json::Value;
use std::borrow::Cow;

/// A request.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Who asks.
    pub user: &'a User,
    /// The HTTP method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// What follows the question mark.
    pub query: &'a str,
    /// What may come back (`Accept`).
    pub accept: &'a str,
    /// The body's media type, without parameters.
    pub media: &'a str,
    /// The program that asks, without its version.
    pub agent: Option<&'a str>,
    /// What is sent.
    pub body: Body<'a>,
}

/// What a request sends.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Text as it came over the wire; may be empty.
    Text(&'a [u8]),
    /// JSON that never was text.
    Json(&'a Value),
}

impl<'a> Call<'a> {
    /// Reads an HTTP request. Who asks is in its extensions; without a user it is the admin.
    pub fn of(request: &'a Request<Bytes>) -> Self {
        let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let media = header(header::CONTENT_TYPE).and_then(|media| media.split(';').next());
        Self {
            user: request.extensions().get::<User>().unwrap_or(&User::Admin),
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or(""),
            accept: header(header::ACCEPT).unwrap_or(""),
            media: media.unwrap_or("").trim(),
            agent: header(header::USER_AGENT).and_then(|agent| agent.split('/').next()),
            body: Body::Text(request.body()),
        }
    }
}

impl Body<'_> {
    /// Whether nothing is sent.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// The JSON that is sent.
    ///
    /// # Errors
    /// It is none.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Text(text) => serde_json::from_slice(text),
            Self::Json(value) => Ok((*value).clone()),
        }
    }

    /// The text that is sent.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => String::from_utf8_lossy(text),
            Self::Json(value) => value.to_string().into(),
        }
    }
}
