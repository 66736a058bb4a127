//! Runs a command (by default the shell) beside running control planes, in their network namespace:
//! `control-plane-run [--clusters N] [--prometheus] [--many NAMESPACESxAPPLICATIONSxREPLICAS] [command …]`.
//!
//! The command finds KUBECONFIG (a context for each cluster, as admin), PROMETHEUS_URL (the first cluster's) and
//! `kubectl` on its PATH. All ends with it.
#![allow(clippy::print_stdout, clippy::print_stderr)] // A command's output is for its user.

use std::process::{Command, ExitCode};
use std::time::Duration;

use control_plane::{ControlPlane, Error, Options, Result, User};

/// What the command line asks for.
#[derive(Debug, Default)]
struct Wish {
    clusters: usize,
    prometheus: bool,
    many: Option<(usize, usize, i32)>,
    command: Vec<String>,
}

fn main() -> ExitCode {
    control_plane::enter_namespace();
    let outcome = wish(std::env::args().skip(1)).and_then(|wish| {
        let runtime = tokio::runtime::Runtime::new()
            .map_err(|cause| Error::new("control-plane/run", cause.to_string(), "Too many threads run."))?;
        runtime.block_on(run(wish))
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<Wish> {
    let wrong = |what: &str| {
        let usage = "[--clusters 1..4] [--prometheus] [--many NAMESPACESxAPPLICATIONSxREPLICAS] [command …]";
        Error::new(
            "control-plane/arguments",
            format!("{what} is not understood"),
            usage,
        )
    };
    let mut wish = Wish {
        clusters: 1,
        ..Wish::default()
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--prometheus" => wish.prometheus = true,
            "--clusters" => {
                let count = arguments.next().and_then(|text| text.parse().ok());
                wish.clusters = count
                    .filter(|count| (1..=4).contains(count))
                    .ok_or_else(|| wrong("--clusters"))?;
            }
            "--many" => {
                let text = arguments.next().unwrap_or_default();
                let numbers: Option<Vec<u16>> = text.split('x').map(|number| number.parse().ok()).collect();
                wish.many = match numbers.as_deref() {
                    Some([namespaces, each, replicas]) => {
                        Some((usize::from(*namespaces), usize::from(*each), i32::from(*replicas)))
                    }
                    _ => return Err(wrong("--many")),
                };
            }
            option if option.starts_with("--") => return Err(wrong(option)),
            _ => {
                wish.command = std::iter::once(argument).chain(arguments.by_ref()).collect();
            }
        }
    }
    if wish.command.is_empty() {
        wish.command
            .push(std::env::var("SHELL").unwrap_or_else(|_| "/bin/sh".to_owned()));
    }
    Ok(wish)
}

async fn run(wish: Wish) -> Result<ExitCode> {
    let names = ["development", "staging", "production", "elsewhere"];
    let options = names.into_iter().take(wish.clusters).map(|name| {
        let options = Options::named(name);
        let options = if wish.many.is_some() {
            options.without_traffic()
        } else {
            options
        };
        if wish.prometheus {
            options.with_prometheus()
        } else {
            options
        }
    });
    let clusters = ControlPlane::start_all(options).await?;
    for cluster in &clusters {
        eprintln!(
            "{} at {} ({:.2} s)",
            cluster.context(),
            cluster.server(),
            cluster.boot_time().as_secs_f64()
        );
    }
    let [first, ..] = clusters.as_slice() else {
        return Ok(ExitCode::FAILURE);
    };
    if let Some((namespaces, each, replicas)) = wish.many {
        let took = first
            .deploy_many(namespaces, each, replicas, Duration::from_secs(900))
            .await?;
        eprintln!(
            "all pods of {} available after {:.1} s",
            first.context(),
            took.as_secs_f64()
        );
    }
    let kubeconfig = first.folder().join("all.kubeconfig");
    let text = ControlPlane::kubeconfig_of_all(&clusters, User::Admin);
    let failed = |cause: std::io::Error| {
        Error::new(
            "control-plane/run",
            format!("{}: {cause}", wish.command[0]),
            "Check the command.",
        )
    };
    std::fs::write(&kubeconfig, text).map_err(failed)?;
    let kubectl = first.kubectl_command(User::Admin)?;
    let folder = std::path::Path::new(kubectl.get_program())
        .parent()
        .unwrap_or(first.folder())
        .to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path)));
    let mut command = Command::new(&wish.command[0]);
    command.args(&wish.command[1..]).env("KUBECONFIG", &kubeconfig);
    if let Ok(path) = path {
        command.env("PATH", path);
    }
    if let Ok(prometheus) = first.prometheus() {
        command.env("PROMETHEUS_URL", prometheus.url());
    }
    let status = command.status().map_err(failed)?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}
