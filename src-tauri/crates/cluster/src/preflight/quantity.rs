/// A Kubernetes quantity (`250m`, `1.5`, `64Mi`) as a number; `None` if it is none.
pub(crate) fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        exponent => return text_with_exponent(number, exponent),
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

fn text_with_exponent(number: &str, exponent: &str) -> Option<f64> {
    exponent
        .starts_with(['e', 'E'])
        .then(|| format!("{number}{exponent}").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_have_decimal_and_binary_units() {
        assert_eq!(quantity("250m"), Some(0.25));
        assert_eq!(quantity("1.5"), Some(1.5));
        assert_eq!(quantity("64Mi"), Some(67_108_864.0));
        assert_eq!(quantity("12e3"), Some(12_000.0));
        assert_eq!(quantity("much"), None);
    }
}
