//! Passed and failed tests, read from the closing lines of the runners.

use std::ops::AddAssign;

/// How many tests passed, failed and were left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that ran and passed.
    pub passed: u64,
    /// Tests that ran and failed, and runs that ended without saying how.
    pub failed: u64,
    /// Tests marked as ignored or skipped.
    pub left_out: u64,
}

impl Counts {
    /// One check without a runner of its own, such as a formatter.
    pub fn of_check(passed: bool) -> Self {
        Self {
            passed: u64::from(passed),
            failed: u64::from(!passed),
            left_out: 0,
        }
    }

    /// Whether nothing ran at all.
    pub fn is_empty(self) -> bool {
        self.passed + self.failed == 0
    }

    /// Reads every closing line of Rust's test harness or Vitest in `lines`. A run that did not succeed and yet
    /// names no failed test counts as one failure.
    pub fn read(lines: &[String], success: bool) -> Self {
        let mut sum = Self::default();
        for line in lines {
            if let Some(counts) = harness_line(line).or_else(|| vitest_line(line)) {
                sum += counts;
            }
        }
        if !success && sum.failed == 0 {
            sum.failed = 1;
        }
        sum
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.left_out += other.left_out;
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn harness_line(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("test result: ")?;
    let (_, numbers) = rest.split_once(". ")?;
    Some(Counts {
        passed: number_before(numbers, "passed")?,
        failed: number_before(numbers, "failed")?,
        left_out: number_before(numbers, "ignored").unwrap_or(0),
    })
}

/// `      Tests  1 failed | 11 passed | 2 skipped (14)`
fn vitest_line(line: &str) -> Option<Counts> {
    let plain = without_colours(line);
    let rest = plain.trim_start().strip_prefix("Tests ")?;
    if !rest.contains('(') {
        return None;
    }
    Some(Counts {
        passed: number_before(rest, "passed").unwrap_or(0),
        failed: number_before(rest, "failed").unwrap_or(0),
        left_out: number_before(rest, "skipped").unwrap_or(0) + number_before(rest, "todo").unwrap_or(0),
    })
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ';')
        .filter(|part| !part.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // Up to and with the letter that ends the sequence.
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn read(lines: &[&str], success: bool) -> Counts {
        Counts::read(
            &lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            success,
        )
    }

    #[test]
    fn closing_lines_of_several_test_programs_are_summed() {
        let counts = read(
            &[
                "test a ... ok",
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s",
                "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            ],
            false,
        );
        assert_eq!(
            counts,
            Counts {
                passed: 7,
                failed: 2,
                left_out: 1
            }
        );
    }

    #[test]
    fn the_closing_line_of_vitest_is_read_with_colours_and_without() {
        let expected = Counts {
            passed: 11,
            failed: 1,
            left_out: 2,
        };
        assert_eq!(
            read(&["      Tests  1 failed | 11 passed | 2 skipped (14)"], false),
            expected
        );
        let coloured = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m11 passed\u{1b}[39m | 2 skipped\u{1b}[90m (14)\u{1b}[39m";
        assert_eq!(read(&[coloured], false), expected);
    }

    #[test]
    fn a_run_that_died_without_a_closing_line_is_a_failure() {
        assert_eq!(
            read(&["running 3 tests"], false),
            Counts {
                passed: 0,
                failed: 1,
                left_out: 0
            }
        );
    }

    #[test]
    fn a_run_without_tests_is_empty() {
        assert!(
            read(
                &["test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"],
                true
            )
            .is_empty()
        );
    }
}
