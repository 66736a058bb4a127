//! A Prometheus that breaks when told to: it stands in front of the real one.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// What it does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakage {
    /// Passes on what the real one says.
    None,
    /// Answers 500.
    ServerError,
    /// Answers with the page of a sign-in.
    Page,
    /// Every number is NaN.
    NotNumbers,
    /// Every answer is an empty vector.
    Nothing,
    /// Every answer has ten thousand series more.
    ManySeries,
    /// Takes the question and never answers.
    Silence,
}

struct Inside {
    real: String,
    breakage: Mutex<Breakage>,
}

/// The front and where it listens.
pub struct BrokenSource {
    inside: Arc<Inside>,
    url: String,
    server: tokio::task::JoinHandle<()>,
}

impl BrokenSource {
    /// Listens on loopback in front of the Prometheus at `real`, and passes everything on at first.
    pub async fn before(real: &str) -> BrokenSource {
        let inside = Arc::new(Inside {
            real: real.trim_end_matches('/').to_owned(),
            breakage: Mutex::new(Breakage::None),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inside));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        BrokenSource { inside, url, server }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Breaks it in another way from the next question on.
    pub fn breaks(&self, breakage: Breakage) {
        *self
            .inside
            .breakage
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = breakage;
    }
}

impl Drop for BrokenSource {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(inside): State<Arc<Inside>>, request: Request<Body>) -> Response<Body> {
    let breakage = *inside.breakage.lock().unwrap_or_else(PoisonError::into_inner);
    let page = "<!DOCTYPE html><html><title>Sign in</title></html>";
    match breakage {
        Breakage::ServerError => return (StatusCode::INTERNAL_SERVER_ERROR, "out of memory").into_response(),
        Breakage::Page => return ([(header::CONTENT_TYPE, "text/html")], page).into_response(),
        Breakage::Silence => std::future::pending().await,
        Breakage::None | Breakage::NotNumbers | Breakage::Nothing | Breakage::ManySeries => {}
    }
    let question = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let real = match reqwest::get(format!("{}{question}", inside.real)).await {
        Ok(real) => real,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let mut body: Value = real.json().await.unwrap_or_default();
    if let Some(series) = body.pointer_mut("/data/result").and_then(Value::as_array_mut) {
        spoil(series, breakage);
    }
    axum::Json(body).into_response()
}

fn spoil(series: &mut Vec<Value>, breakage: Breakage) {
    match breakage {
        Breakage::Nothing => series.clear(),
        Breakage::NotNumbers => series.iter_mut().for_each(|one| {
            if let Some(value) = one.pointer_mut("/value/1") {
                *value = json!("NaN");
            }
            for sample in one["values"].as_array_mut().into_iter().flatten() {
                sample[1] = json!("NaN");
            }
        }),
        Breakage::ManySeries => {
            let Some(first) = series.first().cloned() else {
                return;
            };
            series.extend((0..10_000).map(|number| {
                let mut one = first.clone();
                one["metric"]["number"] = json!(number.to_string());
                one
            }));
        }
        Breakage::None | Breakage::ServerError | Breakage::Page | Breakage::Silence => {}
    }
}
