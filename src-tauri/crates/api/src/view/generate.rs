use super::{COMMANDS, Event};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Made from src-tauri/crates/api/src/view by `cargo xtask generate`. Do not edit.\n";

/// The TypeScript declarations of every request, reply and event, and of everything in them.
pub(super) struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
    clashes: Vec<String>,
}

impl Declarations {
    fn new() -> Declarations {
        let config = Config::new().with_large_int("number");
        Declarations {
            config,
            seen: HashSet::new(),
            by_name: BTreeMap::new(),
            clashes: Vec::new(),
        }
    }

    /// Adds a type and everything it is made of.
    pub(super) fn add<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Types without a path of their own (numbers, lists) need no declaration, but what they hold does.
        if T::output_path().is_some() {
            let mut text = T::docs().unwrap_or_default();
            let _ = writeln!(text, "export {}", T::decl(&self.config));
            let name = T::ident(&self.config);
            if let Some(other) = self.by_name.insert(name.clone(), text.clone())
                && other != text
            {
                self.clashes.push(name);
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

/// The whole text of `ui/src/backend/generated/view.ts`.
///
/// # Errors
/// Names two different types that would have the same name in TypeScript.
pub fn declarations() -> Result<String, String> {
    let mut all = Declarations::new();
    for command in COMMANDS {
        (command.declare)(&mut all);
    }
    all.add::<Event>();
    if !all.clashes.is_empty() {
        return Err(format!(
            "two types are called the same: {}",
            all.clashes.join(", ")
        ));
    }
    let mut text = HEAD.to_owned();
    for declaration in all.by_name.values() {
        let _ = write!(text, "\n{declaration}");
    }
    text.push_str(
        "\n/** Every command: its name, what it takes and what it gives. */\nexport interface Commands {\n",
    );
    for command in COMMANDS {
        let (request, reply) = ((command.request)(&all.config), (command.reply)(&all.config));
        let _ = writeln!(
            text,
            "  \"{}\": {{ request: {request}; reply: {reply} }};",
            command.name
        );
    }
    text.push_str("}\n");
    // Ts-rs leaves blanks at the ends of lines.
    Ok(text
        .lines()
        .fold(String::new(), |kept, line| kept + line.trim_end() + "\n"))
}

/// Whether the file at `path` is not what [`declarations`] gives now.
///
/// # Errors
/// As [`declarations`].
pub fn stale(path: &Path) -> Result<bool, String> {
    let wanted = declarations()?;
    Ok(std::fs::read_to_string(path).map_or(true, |found| found != wanted))
}

/// Writes the file at `path`, with its folder.
///
/// # Errors
/// As [`declarations`], or what the disk says.
pub fn write(path: &Path) -> io::Result<()> {
    let text = declarations().map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
