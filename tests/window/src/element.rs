//! An element of the page.

use serde_json::{Value, json};

use crate::Outcome;
use crate::session::Session;

/// The key under which the WebDriver standard names elements.
const KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// An element of the page, as long as it is part of it.
pub struct Element<'a> {
    session: &'a Session,
    id: String,
}

impl<'a> Element<'a> {
    pub(crate) fn read(session: &'a Session, value: &Value) -> Option<Self> {
        Some(Self {
            session,
            id: value.get(KEY)?.as_str()?.to_owned(),
        })
    }

    /// Its text as a person sees it.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn text(&self) -> Outcome<String> {
        let text = self.send("GET", "text", None)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// One of its attributes.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn attribute(&self, name: &str) -> Outcome<Option<String>> {
        let value = self.send("GET", &format!("attribute/{name}"), None)?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Whether a person can see it.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn is_shown(&self) -> Outcome<bool> {
        Ok(self.send("GET", "displayed", None)?.as_bool().unwrap_or(false))
    }

    /// Clicks in its middle.
    ///
    /// # Errors
    ///
    /// When it is gone or something lies over it.
    pub fn click(&self) -> Outcome {
        self.send("POST", "click", Some(&json!({}))).map(|_| ())
    }

    /// Empties the field and types into it.
    ///
    /// # Errors
    ///
    /// When it is gone or takes no text.
    pub fn fill(&self, text: &str) -> Outcome {
        self.send("POST", "clear", Some(&json!({})))?;
        self.type_text(text)
    }

    /// Types into it.
    ///
    /// # Errors
    ///
    /// When it is gone or takes no text.
    pub fn type_text(&self, text: &str) -> Outcome {
        self.send("POST", "value", Some(&json!({ "text": text })))
            .map(|_| ())
    }

    /// Presses the mouse on its middle, waits, and lets go: what a hold button wants.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub fn hold(&self, milliseconds: u32) -> Outcome {
        let origin = json!({ KEY: self.id });
        self.session.act(&json!([{
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" },
            "actions": [
                { "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 },
                { "type": "pointerDown", "button": 0 },
                { "type": "pause", "duration": milliseconds },
                { "type": "pointerUp", "button": 0 },
            ],
        }]))
    }

    fn send(&self, method: &str, what: &str, body: Option<&Value>) -> Outcome<Value> {
        self.session
            .send(method, &format!("/element/{}/{what}", self.id), body)
    }
}
