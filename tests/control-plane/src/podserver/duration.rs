//! Durations as they are written in annotations.

use std::time::Duration;

/// Reads `"40ms"`, `"1.5s"`, `"250us"` or `"2m"`; anything else is nothing.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let (number, unit) = text.split_at(digits);
    let scale = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn durations_are_read_as_kubernetes_users_write_them() {
        assert_eq!(parse("40ms"), Some(Duration::from_millis(40)));
        assert_eq!(parse("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse("250us"), Some(Duration::from_micros(250)));
        assert_eq!(parse("2m"), Some(Duration::from_secs(120)));
    }

    #[test]
    fn what_is_no_duration_is_nothing() {
        for text in ["", "40", "ms", "4 ms", "-1s", "1h"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
