//! The files of a crate, found as the compiler finds them: from its root, along `mod`, without its tests.

use std::path::{Path, PathBuf};

use syn::{Attribute, Item, Meta};

/// A parsed file from which everything under `#[cfg(test)]` was taken away.
pub struct Module {
    /// Where it lies.
    pub path: PathBuf,
    /// What it holds.
    pub items: Vec<Item>,
}

/// The file `root` and every file that it declares, directly or not.
///
/// # Errors
///
/// When a file is missing or does not parse.
pub fn read(root: &Path) -> Result<Vec<Module>, String> {
    let mut found = Vec::new();
    let folder = root.parent().ok_or("a source file without a folder")?;
    read_file(root, folder, &mut found)?;
    Ok(found)
}

/// `folder` is where the modules declared in `path` lie.
fn read_file(path: &Path, folder: &Path, found: &mut Vec<Module>) -> Result<(), String> {
    let source = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = syn::parse_file(&source).map_err(|error| {
        let line = error.span().start().line;
        format!("{}:{line}: {error}", path.display())
    })?;
    let mut items = file.items;
    without_tests(&mut items);
    for (name, inside) in declared(&items, folder) {
        let flat = inside.join(format!("{name}.rs"));
        let nested = inside.join(&name).join("mod.rs");
        read_file(
            if flat.is_file() { &flat } else { &nested },
            &inside.join(&name),
            found,
        )?;
    }
    found.push(Module {
        path: path.to_owned(),
        items,
    });
    Ok(())
}

/// The names of modules in files of their own, with the folder that each lies in.
fn declared(items: &[Item], folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for item in items {
        let Item::Mod(module) = item else { continue };
        match &module.content {
            None => found.push((module.ident.to_string(), folder.to_owned())),
            Some((_, inner)) => found.extend(declared(inner, &folder.join(module.ident.to_string()))),
        }
    }
    found
}

fn without_tests(items: &mut Vec<Item>) {
    items.retain(|item| !attributes(item).iter().any(is_for_tests));
    for item in items {
        match item {
            Item::Mod(module) => {
                if let Some((_, inner)) = &mut module.content {
                    without_tests(inner);
                }
            }
            Item::Impl(block) => block.items.retain(|inner| match inner {
                syn::ImplItem::Fn(function) => !function.attrs.iter().any(is_for_tests),
                _ => true,
            }),
            _ => {}
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Exactly `#[cfg(test)]`: with `any` or `not` the code may well be there outside of tests.
fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}
