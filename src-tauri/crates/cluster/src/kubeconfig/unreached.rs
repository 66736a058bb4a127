use crate::request::causes;
use std::error::Error;
use std::fmt::{Display, Formatter};
use std::io::ErrorKind;
use tower::BoxError;

/// No connection to an address could be had: said in a person's words, because a library's say which of its layers failed.
#[derive(Debug)]
pub(crate) struct Unreached {
    address: String,
    reason: String,
    source: BoxError,
}

impl Unreached {
    /// The error with the address, if it means that there was no connection; else as it was.
    pub(crate) fn at(address: &str, error: BoxError) -> BoxError {
        let is_connect = causes(&*error).any(|cause| {
            cause
                .downcast_ref::<hyper_util::client::legacy::Error>()
                .is_some_and(hyper_util::client::legacy::Error::is_connect)
        });
        if !is_connect {
            return error;
        }
        Box::new(Unreached {
            address: address.to_owned(),
            reason: reason(&*error),
            source: error,
        })
    }
}

impl Display for Unreached {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} at {}", self.reason, self.address)
    }
}

impl Error for Unreached {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Why there was no connection: the system's reason if it has one, else the innermost cause.
fn reason(error: &(dyn Error + 'static)) -> String {
    let known = causes(error)
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .find_map(|io| match io.kind() {
            ErrorKind::ConnectionRefused => Some("connection refused"),
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Some("the connection was closed"),
            ErrorKind::HostUnreachable => Some("no way to the host"),
            ErrorKind::NetworkUnreachable => Some("no way to the network"),
            ErrorKind::TimedOut => Some("no connection in time"),
            _ => None,
        });
    let innermost = || causes(error).last().map(ToString::to_string).unwrap_or_default();
    known.map_or_else(innermost, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_said_in_plain_words_and_anything_else_as_its_innermost_cause() {
        let io = |kind: ErrorKind| std::io::Error::new(kind, "os error 111");
        assert_eq!(reason(&io(ErrorKind::ConnectionRefused)), "connection refused");
        assert_eq!(reason(&io(ErrorKind::TimedOut)), "no connection in time");
        let wrapped = Unreached {
            address: "https://10.0.0.1".into(),
            reason: String::new(),
            source: "invalid peer certificate: UnknownIssuer".into(),
        };
        assert_eq!(reason(&wrapped), "invalid peer certificate: UnknownIssuer");
    }

    #[test]
    fn an_error_that_is_no_missing_connection_stays_as_it_was() {
        let kept = Unreached::at("https://10.0.0.1", "the stream was reset".into());
        assert_eq!(kept.to_string(), "the stream was reset");
    }
}
