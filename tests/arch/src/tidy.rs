//! What keeps the tree readable: short files that say what they are for, and no word of one machine only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::package::PURE;
use crate::violation::{Rule, Violation};

/// A file of code ends before this many lines; one that is well made is split long before.
pub const MOST_LINES: usize = 600;

/// Folders that hold nothing written by hand.
const NOT_OURS: [&str; 7] = [
    "target",
    "node_modules",
    "dist",
    "gen",
    "generated",
    ".git",
    "fixtures",
];

/// Endings of files that hold text.
const TEXT: [&str; 16] = [
    "rs", "toml", "md", "json", "ts", "js", "svelte", "css", "html", "yml", "yaml", "go", "sh", "svg", "txt",
    "sql",
];

/// Endings of files that hold code written by hand.
const CODE: [&str; 5] = ["rs", "ts", "svelte", "css", "go"];

/// All text files under `root` that are written by hand, as paths relative to it.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if has_ending(&path, &TEXT)
                && let Ok(relative) = path.strip_prefix(root)
            {
                found.push(relative.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Files of code longer than [`MOST_LINES`]. `known` names those that were too long before, with the length that they
/// may not exceed: the list only ever shrinks.
///
/// # Errors
///
/// When a file cannot be read.
pub fn lengths(root: &Path, files: &[PathBuf], known: &str) -> Result<Vec<Violation>, String> {
    let known: BTreeMap<&str, usize> = known
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(path, most)| Some((path, most.parse().ok()?)))
        .collect();
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for path in files.iter().filter(|path| has_ending(path, &CODE)) {
        let shown = shown(path);
        let lines = read(&root.join(path))?.lines().count();
        let most = known.get(shown.as_str()).copied();
        if most.is_some() {
            seen.push(shown.clone());
        }
        let what = match most {
            None if lines > MOST_LINES => format!("{lines} lines; split it before {MOST_LINES}"),
            Some(most) if lines > most => format!("{lines} lines; it was too long with {most} already"),
            Some(_) if lines <= MOST_LINES => "short again: take it off the list".to_owned(),
            Some(most) if lines + 20 < most => format!("{lines} lines: lower its {most} on the list"),
            _ => continue,
        };
        found.push(Violation::new(Rule::Length, shown, what));
    }
    let gone = known.keys().filter(|path| !seen.iter().any(|seen| seen == *path));
    found.extend(gone.map(|path| Violation::new(Rule::Length, *path, "gone: take it off the list")));
    Ok(found)
}

/// Roots of libraries, programs and tests that do not say in their first line what they are for. What they hold is the
/// compiler's to check: `missing_docs` is on everywhere.
///
/// # Errors
///
/// When a file cannot be read.
pub fn undocumented(root: &Path, files: &[PathBuf]) -> Result<Vec<Violation>, String> {
    let mut found = Vec::new();
    for path in files
        .iter()
        .filter(|path| has_ending(path, &["rs"]) && is_root(path))
    {
        if !read(&root.join(path))?.trim_start().starts_with("//!") {
            found.push(Violation::new(
                Rule::Undocumented,
                shown(path),
                "begin it with //! and a sentence",
            ));
        }
    }
    Ok(found)
}

/// Whether the compiler starts reading a crate with this file.
fn is_root(path: &Path) -> bool {
    let named = path
        .file_name()
        .is_some_and(|name| name == "lib.rs" || name == "main.rs" || name == "build.rs");
    let folder = path.parent().and_then(Path::file_name);
    let is_test = folder.is_some_and(|folder| folder == "tests") && !path.iter().any(|part| part == "src");
    named || is_test || folder.is_some_and(|folder| folder == "bin")
}

/// Examples in the documentation of crates that are not pure: they would be compiled by nobody. Fences that name
/// another language, such as `text` or `json`, are no examples.
///
/// # Errors
///
/// When a file cannot be read.
pub fn untested_examples(root: &Path, files: &[PathBuf]) -> Result<Vec<Violation>, String> {
    let pure = PURE.map(|name| Path::new("src-tauri/crates").join(name));
    let mut found = Vec::new();
    for path in files.iter().filter(|path| has_ending(path, &["rs"])) {
        if pure.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let mut inside = false;
        for (number, line) in read(&root.join(path))?.lines().enumerate() {
            let line = line.trim_start();
            let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            let Some(language) = text.and_then(|text| text.trim_start().strip_prefix("```")) else {
                continue;
            };
            inside = !inside;
            if inside && (language.is_empty() || language.contains("rust")) {
                let place = format!("{}:{}", shown(path), number + 1);
                found.push(Violation::new(
                    Rule::Undocumented,
                    place,
                    "an example that no test compiles",
                ));
            }
        }
    }
    Ok(found)
}

/// Texts that name a place on the machine they were written on.
///
/// # Errors
///
/// When a file cannot be read.
pub fn places(root: &Path, files: &[PathBuf]) -> Result<Vec<Violation>, String> {
    // In pieces, so that this file does not name them.
    let banned = [
        "/ho|me/",
        "/wo|rk/",
        "/ro|ot/",
        "/tmp/br|ief",
        "/Us|ers/",
        "sha|red/design",
    ]
    .map(|word| word.replace('|', ""));
    let mut found = Vec::new();
    for path in files {
        for (number, line) in read(&root.join(path))?.lines().enumerate() {
            if let Some(word) = banned.iter().find(|word| names(line, word)) {
                let place = format!("{}:{}", shown(path), number + 1);
                found.push(Violation::new(Rule::Place, place, format!("names {word}")));
            }
        }
    }
    Ok(found)
}

/// Owners of home folders in examples.
const NOBODY: [&str; 5] = ["me", "you", "user", "someone", "somebody"];

/// Whether `line` holds `word` as the start of a path and not as a part of a longer one.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + word.len()..];
        let of_nobody = NOBODY.iter().any(|name| {
            after
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        !of_nobody
            && !before.is_some_and(|character| character.is_alphanumeric() || "~._-}".contains(character))
    })
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| endings.contains(&ending))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
