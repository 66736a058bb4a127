//! One WebDriver session: the W3C commands that these tests use.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::element::Element;
use crate::{Outcome, http};

/// How long the driver may take for one command.
const COMMAND: Duration = Duration::from_secs(60);

/// How often to look again while waiting for something to appear.
const LOOK: Duration = Duration::from_millis(50);

/// A session with an app that the driver has started.
pub struct Session {
    port: u16,
    path: String,
}

impl Session {
    /// Starts `program` through the driver on `port`.
    ///
    /// # Errors
    ///
    /// When the app ends at once or shows no web view.
    pub fn start(port: u16, program: &Path, arguments: &[&str]) -> Outcome<Self> {
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": program, "args": arguments },
        } } });
        let value = command(port, "POST", "/session", Some(&wanted))?;
        let id = value
            .get("sessionId")
            .and_then(Value::as_str)
            .ok_or("the driver gave no session")?;
        Ok(Self {
            port,
            path: format!("/session/{id}"),
        })
    }

    /// Ends the session; the driver then closes the app.
    ///
    /// # Errors
    ///
    /// When the driver is gone.
    pub fn end(&self) -> Outcome {
        self.send("DELETE", "", None).map(|_| ())
    }

    /// Runs `script` as the body of a function in the page and answers with what it returns.
    ///
    /// # Errors
    ///
    /// When the script throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Outcome<Value> {
        self.send(
            "POST",
            "/execute/sync",
            Some(&json!({ "script": script, "args": arguments })),
        )
    }

    /// Runs `script` like [`Self::run`], waits for the promise that it returns, and answers with its value.
    ///
    /// # Errors
    ///
    /// When the promise is rejected or not settled in time.
    pub fn run_async(&self, script: &str, arguments: &[Value]) -> Outcome<Value> {
        let body = format!(
            "const done = arguments[arguments.length - 1];
             (async function () {{ {script} }}).apply(null, arguments)
                .then((value) => done({{ value }}), (error) => done({{ error: JSON.stringify(error) ?? String(error) }}));"
        );
        let answer = self.send(
            "POST",
            "/execute/async",
            Some(&json!({ "script": body, "args": arguments })),
        )?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("{script}: {error}")),
            None => Ok(answer.get("value").cloned().unwrap_or(Value::Null)),
        }
    }

    /// The first element that matches a CSS selector now, if any.
    ///
    /// # Errors
    ///
    /// When the selector is no selector.
    pub fn find(&self, selector: &str) -> Outcome<Option<Element<'_>>> {
        Ok(self.find_all(selector)?.into_iter().next())
    }

    /// All elements that match a CSS selector now, in the order of the page.
    ///
    /// # Errors
    ///
    /// When the selector is no selector.
    pub fn find_all(&self, selector: &str) -> Outcome<Vec<Element<'_>>> {
        let found = self.send(
            "POST",
            "/elements",
            Some(&json!({ "using": "css selector", "value": selector })),
        )?;
        let found = found.as_array().ok_or("the driver gave no list of elements")?;
        Ok(found
            .iter()
            .filter_map(|value| Element::read(self, value))
            .collect())
    }

    /// Waits until `look` gives something.
    ///
    /// # Errors
    ///
    /// When it gives nothing within `limit`; the message names `what` and the last error.
    pub fn wait<T>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        let deadline = Instant::now() + limit;
        loop {
            let last = match look() {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => String::new(),
                // The page may replace an element between finding and asking it.
                Err(error) => format!(" ({error})"),
            };
            if Instant::now() >= deadline {
                return Err(format!("{what}: not within {} s{last}", limit.as_secs()));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits for an element that can be seen.
    ///
    /// # Errors
    ///
    /// When there is none within `limit`.
    pub fn wait_for(&self, selector: &str, limit: Duration) -> Outcome<Element<'_>> {
        self.wait(selector, limit, || {
            for element in self.find_all(selector)? {
                if element.is_shown()? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
    }

    /// Presses keys, given as WebDriver's key codes or characters, one after the other, and lets go of all.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub fn press(&self, keys: &[char]) -> Outcome {
        let down = keys
            .iter()
            .map(|key| json!({ "type": "keyDown", "value": key.to_string() }));
        let up = keys
            .iter()
            .rev()
            .map(|key| json!({ "type": "keyUp", "value": key.to_string() }));
        let actions: Vec<Value> = down.chain(up).collect();
        self.act(&json!([{ "type": "key", "id": "keyboard", "actions": actions }]))
    }

    /// Performs a list of input sources' actions.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub fn act(&self, actions: &Value) -> Outcome {
        self.send("POST", "/actions", Some(&json!({ "actions": actions })))
            .map(|_| ())
    }

    /// Sets the window's size in pixels.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub fn resize(&self, width: u32, height: u32) -> Outcome {
        self.send(
            "POST",
            "/window/rect",
            Some(&json!({ "width": width, "height": height })),
        )
        .map(|_| ())
    }

    /// Writes a picture of the page to `file`.
    ///
    /// # Errors
    ///
    /// When there is no picture or it cannot be written.
    pub fn picture(&self, file: &Path) -> Outcome {
        let picture = self.send("GET", "/screenshot", None)?;
        let text = picture.as_str().ok_or("the driver gave no picture")?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|error| format!("the picture: {error}"))?;
        std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Sends a command of this session.
    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Outcome<Value> {
        command(self.port, method, &format!("{}{path}", self.path), body)
    }
}

fn command(port: u16, method: &str, path: &str, body: Option<&Value>) -> Outcome<Value> {
    let (status, answer) = http::send(port, method, path, body, COMMAND)?;
    let value = answer.get("value").cloned().unwrap_or(Value::Null);
    if status == 200 {
        return Ok(value);
    }
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Err(format!(
        "{method} {path}: {status} {} {}",
        text("error"),
        text("message")
    ))
}
