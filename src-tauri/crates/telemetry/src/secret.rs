use std::fmt;

/// A credential. Its text is seen only by who asks for it by name; it is never printed, serialised or compared.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a credential in.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The credential itself, for the header of a request and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(•••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let printed = format!("{:?}", Some(Secret::new("hunter2")));
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
