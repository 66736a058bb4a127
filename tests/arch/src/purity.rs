//! What pure code may not do: read a clock, reach outside, wait, print, or be random.
//!
//! The compiler offers the standard library to every crate, so that its dependencies alone prove nothing. The code
//! is read as tokens, because macros hide paths from a syntax tree.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

use crate::module_tree::{self, Module};
use crate::package::Package;
use crate::violation::{Rule, Violation};

/// Modules of the standard library that reach outside the process or beyond one thread of thought.
const OUTSIDE: [&str; 7] = ["fs", "net", "process", "env", "io", "os", "thread"];

/// Macros that print.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Collections whose order of iteration differs from run to run, and what makes it differ.
const RANDOM_ORDER: [&str; 4] = ["HashMap", "HashSet", "RandomState", "DefaultHasher"];

/// Crates of random numbers; their dependency is forbidden too, this names the line.
const RANDOM_CRATES: [&str; 4] = ["rand", "getrandom", "fastrand", "oorandom"];

/// Everything impure in the code of `package`, its tests left out.
///
/// # Errors
///
/// When a file cannot be read or parsed.
pub fn violations(package: &Package) -> Result<Vec<Violation>, String> {
    let modules = module_tree::read(&package.source)?;
    Ok(modules
        .iter()
        .flat_map(|module| of_module(module, package))
        .collect())
}

fn of_module(module: &Module, package: &Package) -> Vec<Violation> {
    let shown = module
        .path
        .strip_prefix(&package.folder)
        .unwrap_or(&module.path)
        .display()
        .to_string();
    let tokens: TokenStream = module.items.iter().map(ToTokens::to_token_stream).collect();
    let mut reader = Reader::default();
    reader.read(tokens, &[]);
    let place = |line: usize| format!("{}/{shown}:{line}", package.name);
    reader
        .found
        .into_iter()
        .map(|(line, rule, what)| Violation::new(rule, place(line), what))
        .collect()
}

#[derive(Default)]
struct Reader {
    found: Vec<(usize, Rule, String)>,
}

impl Reader {
    /// Reads tokens; `prefix` is the path before a group such as the one in `use std::{fs, env}`.
    fn read(&mut self, tokens: TokenStream, prefix: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.read(group.stream(), prefix),
                TokenTree::Ident(first) => {
                    let line = first.span().start().line;
                    let mut path = prefix.to_vec();
                    path.push(first.to_string());
                    while let Some(next) = after_colons(&tokens, at) {
                        match next {
                            TokenTree::Ident(segment) => {
                                path.push(segment.to_string());
                                at += 3;
                            }
                            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                                self.read(group.stream(), &path);
                                path.clear();
                                at += 3;
                            }
                            _ => break,
                        }
                    }
                    let bang = is_punct(tokens.get(at), '!');
                    if let Some((rule, what)) = judge(&path, bang) {
                        self.found.push((line, rule, what));
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// The token after `::` at `at`.
fn after_colons(tokens: &[TokenTree], at: usize) -> Option<&TokenTree> {
    (is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':'))
        .then(|| tokens.get(at + 2))
        .flatten()
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// What is wrong with a path, if anything; `bang` tells whether `!` follows it.
fn judge(path: &[String], bang: bool) -> Option<(Rule, String)> {
    let names: Vec<&str> = path
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "self")
        .collect();
    let (&first, &last) = (names.first()?, names.last()?);
    let says = |rule| Some((rule, names.join("::")));
    if bang && PRINTING.contains(&last) {
        return says(Rule::Print);
    }
    if names.iter().any(|name| ["async", "await"].contains(name)) {
        return says(Rule::Async);
    }
    if names
        .iter()
        .any(|name| ["Instant", "SystemTime", "UNIX_EPOCH"].contains(name))
    {
        return says(Rule::Clock);
    }
    if names.len() > 1 && last == "now" {
        return says(Rule::Clock);
    }
    if names.iter().any(|name| RANDOM_ORDER.contains(name))
        || (names.len() > 1 && RANDOM_CRATES.contains(&first))
    {
        return says(Rule::Random);
    }
    if ["std", "core", "alloc"].contains(&first) {
        return match names.get(1) {
            // `use std as s` or `use std::*` would hide everything that follows.
            None => says(Rule::Io),
            Some(module) if OUTSIDE.contains(module) => says(Rule::Io),
            Some(&"future" | &"task") => says(Rule::Async),
            // The module itself or all of it: what is taken from it could no longer be seen.
            Some(&"time") if names.len() == 2 => says(Rule::Clock),
            Some(_) => None,
        };
    }
    None
}
