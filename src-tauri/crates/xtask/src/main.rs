//! Developer commands of Slipway: `cargo xtask run`, `test`, `tour`, `bench` and a few more.
//!
//! They install what a machine needs, build, and start programs. They know the layout of the workspace and nothing
//! of its code, so that a broken crate can never stop them.

mod artifacts;
mod bench;
mod bundle;
mod counts;
mod desktop;
mod format;
mod frontend;
mod generate;
mod groups;
mod open;
mod process;
mod processes;
mod system_packages;
mod test;
mod tour;
mod workspace;

use std::process::ExitCode;

use crate::workspace::Workspace;

/// What a command ends with: nothing, or a sentence for the developer.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
Developer commands of Slipway

  cargo xtask run               set everything up, build, and open the app on the practice cluster
  cargo xtask test [GROUP…]     set everything up and run every group, or some
  cargo xtask tour              do the main job in a real window; screenshots in target/tour/
  cargo xtask bench NAME […]    figures of a release build beside a peer; one JSON object as the last line
  cargo xtask simulate […]      long runs of the simulation
  cargo xtask judge FILE […]    replay a gate from recorded numbers
  cargo xtask generate          write the window's TypeScript types anew from the Rust types
  cargo xtask fmt [--check]     format the Rust code, or say what is not formatted
  cargo xtask setup             only install what the other commands need
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = Workspace::find().and_then(|workspace| match arguments.first().map(String::as_str) {
        Some("run") => open::open(&workspace, rest),
        Some("test") => test::test(&workspace, rest),
        Some("tour") => tour::tour(&workspace),
        Some("bench") => bench::bench(&workspace, rest),
        // Programs of the tests that people start too.
        Some(program @ ("simulate" | "judge")) => bench::run(&workspace, program, rest),
        Some("generate") => generate::generate(&workspace),
        Some("fmt") => format::format(&workspace, rest),
        Some("setup") => test::set_up(&workspace),
        Some(help) if ["help", "--help", "-h"].contains(&help) => {
            println!(
                "{USAGE}\nGroups of cargo xtask test: {}",
                groups::names().join(" ")
            );
            Ok(())
        }
        Some(other) => Err(format!("there is no command named {other}\n\n{USAGE}")),
        None => Err(USAGE.to_owned()),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Failed tests have said so already: the sum of all groups stays the last line.
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}
