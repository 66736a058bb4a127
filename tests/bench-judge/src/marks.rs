//! Places in a page that a program writes anew.

/// The text with a table between `<!-- NAME -->` and `<!-- end of NAME -->`.
pub fn replaced(text: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- end of {name} -->"));
    match (text.find(&begin), text.find(&end)) {
        (Some(from), Some(to)) if from < to => {
            format!("{}\n\n{table}\n{}", &text[..from + begin.len()], &text[to..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = "a\n<!-- t -->\nold\n<!-- end of t -->\nb";
        let expected = "a\n<!-- t -->\n\nnew\n<!-- end of t -->\nb";
        assert_eq!(replaced(text, "t", "new"), expected);
        assert_eq!(replaced(&replaced(text, "t", "x"), "t", "new"), expected);
        assert_eq!(replaced(text, "other", "new"), text);
    }
}
