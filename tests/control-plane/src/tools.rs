//! The build step: Kubernetes, etcd and KWOK from their Go modules, Prometheus from its Debian package; and, only for the bench
//! that compares with it, Argo Rollouts.
//!
//! Each Go tool has a module of its own under `go/`, because their dependencies contradict each other. A tool is
//! built when the hash of its module's files and of the build's flags differs from the stamp beside the binary.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::{Error, Result, folders, namespace};

/// A Go module under `go/` and the programs that come out of it.
struct Tool {
    module: &'static str,
    /// Package to build, and the name of its binary.
    programs: &'static [(&'static str, &'static str)],
    /// Values for variables that a build from a checkout would have been given by the linker. Without them the API
    /// server calls itself v0.0.0 and clients refuse to work with it.
    stamps: &'static [(&'static str, &'static str)],
    /// What to expect when nothing is cached yet, on two cores.
    patience: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool {
        module: "etcd",
        programs: &[("go.etcd.io/etcd/server/v3", "etcd")],
        stamps: &[],
        patience: "half a minute",
    },
    Tool {
        module: "kubernetes",
        programs: &[
            ("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
            (
                "k8s.io/kubernetes/cmd/kube-controller-manager",
                "kube-controller-manager",
            ),
            ("k8s.io/kubernetes/cmd/kubectl", "kubectl"),
        ],
        stamps: &[
            ("k8s.io/component-base/version.gitVersion", "v1.36.3"),
            ("k8s.io/component-base/version.gitMajor", "1"),
            ("k8s.io/component-base/version.gitMinor", "36"),
            (
                "k8s.io/component-base/version.gitCommit",
                "0000000000000000000000000000000000000000",
            ),
            ("k8s.io/component-base/version.gitTreeState", "clean"),
            ("k8s.io/component-base/version.buildDate", "2026-11-21T00:00:00Z"),
        ],
        patience: "four minutes",
    },
    Tool {
        module: "kwok",
        programs: &[("sigs.k8s.io/kwok/cmd/kwok", "kwok")],
        stamps: &[("sigs.k8s.io/kwok/pkg/consts.Version", "v0.8.0")],
        patience: "a minute",
    },
];

/// Not among [`TOOLS`]: the tests do without it, and it takes as long as the smaller ones together.
const ARGO_ROLLOUTS: Tool = Tool {
    module: "argo-rollouts",
    programs: &[(
        "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
        "rollouts-controller",
    )],
    stamps: &[],
    patience: "three minutes",
};

/// Argo Rollouts' custom resources, in its module.
pub(crate) const ARGO_RESOURCES: [&str; 5] = [
    "analysis-run-crd.yaml",
    "analysis-template-crd.yaml",
    "cluster-analysis-template-crd.yaml",
    "experiment-crd.yaml",
    "rollout-crd.yaml",
];

/// KWOK's own stages that the control plane starts from (see `stages`), in its module.
pub(crate) const STAGES: [&str; 5] = [
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
];

/// Builds and fetches whatever is missing or older than its module's files; `progress` is given one line at a time.
/// Nothing to do takes some milliseconds. Two processes may call it at once: the second waits.
///
/// # Errors
/// `control-plane/go`, `control-plane/build` and `control-plane/prometheus`, each with the end of the tool's output.
pub fn build(progress: &mut dyn FnMut(&str)) -> Result<()> {
    alone(progress, |bin, progress| {
        for tool in &TOOLS {
            build_tool(tool, bin, progress)?;
        }
        copy(
            "kwok",
            "sigs.k8s.io/kwok",
            "kustomize/stage",
            &STAGES,
            "kwok-stages",
            progress,
        )?;
        fetch_prometheus(bin, progress)
    })
}

/// Builds the controller of Argo Rollouts and fetches its custom resources, as [`build`] does for the control plane. Call it
/// outside of a network namespace: inside, nothing can be downloaded.
///
/// # Errors
/// `control-plane/go` and `control-plane/build`.
pub fn build_argo_rollouts(progress: &mut dyn FnMut(&str)) -> Result<()> {
    alone(progress, |bin, progress| {
        build_tool(&ARGO_ROLLOUTS, bin, progress)?;
        copy(
            "argo-rollouts",
            "github.com/argoproj/argo-rollouts",
            "manifests/crds",
            &ARGO_RESOURCES,
            "argo-resources",
            progress,
        )
    })
}

/// Calls `work` with the programs' folder while no other process builds.
fn alone(
    progress: &mut dyn FnMut(&str),
    work: impl FnOnce(&Path, &mut dyn FnMut(&str)) -> Result<()>,
) -> Result<()> {
    let bin = folders::built().join("bin");
    std::fs::create_dir_all(&bin).map_err(|cause| Error::file(&bin, cause))?;
    let lock_file = folders::built().join("build.lock");
    let lock = File::create(&lock_file).map_err(|cause| Error::file(&lock_file, cause))?;
    if lock.try_lock().is_err() {
        progress("waiting for another build of the control plane");
        lock.lock().map_err(|cause| Error::file(&lock_file, cause))?;
    }
    work(&bin, progress)
}

fn build_tool(tool: &Tool, bin: &Path, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let source = folders::package().join("go").join(tool.module);
    let mut flags = String::from("-s -w");
    for (variable, value) in tool.stamps {
        flags.push_str(&format!(" -X {variable}={value}"));
    }
    let stamp = stamp(&source, &flags)?;
    let stamp_file = |program: &str| bin.join(format!("{program}.stamp"));
    let stale: Vec<_> = tool
        .programs
        .iter()
        .filter(|(_, program)| {
            !bin.join(program).is_file()
                || std::fs::read_to_string(stamp_file(program)).ok().as_deref() != Some(&stamp)
        })
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = stale.iter().map(|(_, program)| *program).collect();
    progress(&format!(
        "building {} (about {} the first time)",
        names.join(", "),
        tool.patience
    ));
    let started = Instant::now();
    // A folder as the output keeps the last element of the package's path, which for etcd is "v3".
    let output = match stale.as_slice() {
        [(_, program)] => bin.join(program),
        _ => bin.to_path_buf(),
    };
    run(Command::new("go")
        .arg("build")
        .args(["-buildvcs=false", "-mod=readonly", "-trimpath", "-ldflags", &flags, "-o"])
        .arg(output)
        .args(stale.iter().map(|(package, _)| package))
        .env("CGO_ENABLED", "0")
        .env_remove("GOFLAGS")
        .current_dir(&source))
    .map_err(|cause| {
        Error::new(
            "control-plane/build",
            format!("{} did not build: {cause}", names.join(", ")),
            "Check that Go is installed (1.26 or newer) and that it can reach its module proxy (`go env GOPROXY`).",
        )
    })?;
    for (_, program) in &stale {
        folders::write(&stamp_file(program), &stamp)?;
    }
    progress(&format!(
        "built {} in {}",
        names.join(", "),
        seconds(started.elapsed())
    ));
    Ok(())
}

/// SHA-256 over everything that decides what the build makes.
fn stamp(module: &Path, flags: &str) -> Result<String> {
    let mut hash = Sha256::new();
    for name in ["go.mod", "go.sum", "tools.go"] {
        let file = module.join(name);
        // Only the module with several programs has a tools.go.
        if file.exists() {
            hash.update(std::fs::read(&file).map_err(|cause| Error::file(&file, cause))?);
        }
        hash.update([0]);
    }
    hash.update(flags);
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Copies files out of the Go module `path`, which the module under `go/` requires, into a folder of what is built.
fn copy(
    module: &str,
    path: &str,
    within: &str,
    files: &[&str],
    into: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<()> {
    let folder = folders::built().join(into);
    let module = folders::package().join("go").join(module);
    let stamp = stamp(&module, &files.join(" "))?;
    let stamp_file = folder.join("stamp");
    if std::fs::read_to_string(&stamp_file).ok().as_deref() == Some(&stamp) {
        return Ok(());
    }
    progress(&format!("copying {within} of {path}"));
    let output = run(Command::new("go")
        .args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path])
        .env_remove("GOFLAGS")
        .current_dir(&module))
    .map_err(|cause| Error::new("control-plane/go", cause, "Check that Go is installed."))?;
    let source = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join(within);
    for name in files {
        let file = source.join(name);
        let text = std::fs::read(&file).map_err(|cause| Error::file(&file, cause))?;
        folders::write(&folder.join(name), text)?;
    }
    folders::write(&stamp_file, stamp)
}

/// Downloads the Debian package and unpacks it. It is never installed: that would start a service on
/// the machine. `SLIPWAY_PROMETHEUS` names another binary, for machines that are not Debian.
fn fetch_prometheus(bin: &Path, progress: &mut dyn FnMut(&str)) -> Result<()> {
    let program = bin.join("prometheus");
    if program.is_file() {
        return Ok(());
    }
    if let Some(own) = std::env::var_os("SLIPWAY_PROMETHEUS") {
        std::fs::copy(&own, &program).map_err(|cause| Error::file(Path::new(&own), cause))?;
        return Ok(());
    }
    let failed = |cause: String| {
        Error::new(
            "control-plane/prometheus",
            format!("Prometheus could not be fetched: {cause}"),
            "On Debian run `apt-get update` as root and try again; elsewhere set SLIPWAY_PROMETHEUS to a binary.",
        )
    };
    progress("downloading Debian's package prometheus (19 MB, unpacked and never installed)");
    let started = Instant::now();
    let folder = folders::built().join("debian");
    std::fs::create_dir_all(&folder).map_err(|cause| Error::file(&folder, cause))?;
    let download = || {
        run(Command::new("apt-get")
            .args(["download", "prometheus"])
            .current_dir(&folder))
    };
    if download().is_err() {
        progress("the package lists are missing or old: apt-get update");
        run(Command::new("apt-get").arg("update")).map_err(failed)?;
        download().map_err(failed)?;
    }
    let package = std::fs::read_dir(&folder)
        .map_err(|cause| Error::file(&folder, cause))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(|| failed("no package was downloaded".to_owned()))?;
    let unpacked = folder.join("unpacked");
    run(Command::new("dpkg-deb").arg("-x").arg(package).arg(&unpacked)).map_err(failed)?;
    let source = unpacked.join("usr/bin/prometheus");
    std::fs::copy(&source, &program).map_err(|cause| Error::file(&source, cause))?;
    progress(&format!("unpacked Prometheus in {}", seconds(started.elapsed())));
    Ok(())
}

/// Runs a command to its end; a failure carries the end of its output.
fn run(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    if namespace::find(&name).is_none() {
        return Err(format!("the command `{name}` was not found"));
    }
    let output = command.output().map_err(|cause| format!("{name}: {cause}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(20)..].join("\n");
    Err(format!("{name} ended with {}\n{end}", output.status))
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
