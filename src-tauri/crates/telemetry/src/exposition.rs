//! The page on which a process tells its own metrics: Prometheus' text format 0.0.4
//! (prometheus.io, "Exposition formats"). Types, help texts and timestamps are not needed and not read.

use crate::answer::Labels;

/// The name of a metric, its labels with `__name__` among them, and its value; `None` where the line is no sample.
///
/// A line with a timestamp of its own is not taken: such a number was not measured when the page was read.
pub(crate) fn sample(line: &str) -> Option<(Labels, f64)> {
    let line = line.trim();
    let name = metric_on(line);
    let rest = &line[name.len()..];
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    let mut labels = Labels::from([("__name__".to_owned(), name.to_owned())]);
    let rest = match rest.strip_prefix('{') {
        Some(inside) => take_labels(inside, &mut labels)?,
        None => rest,
    };
    let mut words = rest.split_whitespace();
    let value = words.next()?.parse().ok()?;
    match words.next() {
        None => Some((labels, value)),
        // OpenMetrics' exemplars come after a number sign.
        Some(word) if word.starts_with('#') => Some((labels, value)),
        Some(_) => None,
    }
}

/// The name of the metric that a line is about; of a line that is no sample its first word.
pub(crate) fn metric_on(line: &str) -> &str {
    let line = line.trim_start();
    let end = line.find(|c: char| c == '{' || c.is_whitespace());
    &line[..end.unwrap_or(line.len())]
}

/// Reads labels up to the closing brace, and gives what is behind it.
fn take_labels<'a>(inside: &'a str, labels: &mut Labels) -> Option<&'a str> {
    let mut rest = inside.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Some(behind);
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = take_text(after.trim_start().strip_prefix('"')?)?;
        labels.insert(name.trim().to_owned(), value);
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

/// Reads a text up to its closing quotation mark, and gives what is behind it.
fn take_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(of: &[(&str, &str)]) -> Labels {
        of.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn samples_are_read_with_every_way_to_write_them() {
        let read = |line| sample(line).unwrap();
        assert_eq!(read("up 1"), (labels(&[("__name__", "up")]), 1.0));
        assert_eq!(
            read(r#"http_requests_total{code="200",path="/a/{id},\"x\" = \\"} 1.5e+03"#),
            (
                labels(&[
                    ("__name__", "http_requests_total"),
                    ("code", "200"),
                    ("path", r#"/a/{id},"x" = \"#),
                ]),
                1500.0
            )
        );
        let (of, value) = read("vllm:x_bucket{ le = \"+Inf\" , } +Inf");
        assert_eq!((of["le"].as_str(), value), ("+Inf", f64::INFINITY));
        assert_eq!(read("a_total{} 3 # {trace_id=\"x\"} 1 2").1, 3.0);
        assert!(read("a NaN").1.is_nan());
    }

    #[test]
    fn what_is_no_sample_is_left_out() {
        for line in [
            "",
            "# HELP a_total Counts.",
            "# TYPE a_total counter",
            "<html>",
            "{\"status\":1}",
            "a_total",
            "a_total{code=\"200\" 1",
            "a_total{code=200} 1",
            "a_total{code=\"200} 1",
            "a_total one",
            "a_total 1 1795096800000",
        ] {
            assert_eq!(sample(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn every_label_comes_back_as_it_was_written(text in any::<String>(), value in any::<i32>()) {
            let written = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let read = sample(&format!("a_total{{text=\"{written}\",code=\"500\"}} {value}"));
            let expected = labels(&[("__name__", "a_total"), ("text", &text), ("code", "500")]);
            prop_assert_eq!(read, Some((expected, f64::from(value))));
        }

        #[test]
        fn no_line_is_too_strange(line in any::<String>()) {
            let _ = sample(&line);
        }
    }
}
