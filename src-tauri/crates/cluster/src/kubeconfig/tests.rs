use super::exec::{run_within, understand};
use super::expiry::not_after;
use super::*;
use crate::request::{Ask, ask};
use kube::config::ExecConfig;
use std::path::{Path, PathBuf};
use std::time::Duration;

const GOOD: &str = "
apiVersion: v1
kind: Config
current-context: a
contexts:
- {name: a, context: {cluster: c, user: u, namespace: shop}}
- {name: lost, context: {cluster: nowhere, user: u}}
clusters:
- {name: c, cluster: {server: 'https://me:secret@127.0.0.1:6443'}}
users:
- {name: u, user: {token: hidden}}
";

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("slipway-kubeconfig-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn failure(path: &Path) -> String {
    let files = Files::read(&[path.to_owned()]);
    files.files[0]
        .failure
        .as_ref()
        .map(|failure| failure.code.clone())
        .unwrap_or_default()
}

#[test]
fn each_thing_that_is_wrong_with_a_file_has_its_code_and_takes_nothing_from_the_others() {
    let folder = folder("wrong");
    assert_eq!(failure(&folder.join("none")), "kubeconfig-missing");
    assert_eq!(failure(&file(&folder, "empty", " \n")), "kubeconfig-empty");
    assert_eq!(
        failure(&file(&folder, "rubbish", "token: [hunter2")),
        "kubeconfig-malformed"
    );
    let paths = [folder.join("none"), file(&folder, "good", GOOD)];
    let files = Files::read(&paths);
    assert_eq!(files.contexts().len(), 2);
    assert_eq!(files.current_context(), Some("a"));
}

#[test]
fn what_is_said_of_a_malformed_file_quotes_nothing_of_it() {
    let folder = folder("quote");
    let files = Files::read(&[file(
        &folder,
        "rubbish",
        "users: [{name: u, user: {token: hunter2, token",
    )]);
    let failure = files.files[0].failure.as_ref().unwrap();
    assert!(!failure.message.contains("hunter2"), "{}", failure.message);
}

#[test]
fn a_context_shows_its_server_without_the_user_info() {
    let folder = folder("server");
    let files = Files::read(&[file(&folder, "good", GOOD)]);
    let context = &files.contexts()[0];
    assert_eq!(
        (context.server.as_str(), context.namespace.as_deref()),
        ("https://127.0.0.1:6443", Some("shop"))
    );
}

#[test]
fn a_file_that_was_changed_is_noticed() {
    let folder = folder("changed");
    let path = file(&folder, "good", GOOD);
    let files = Files::read(&[path.clone(), folder.join("later")]);
    assert!(!files.changed());
    file(&folder, "later", GOOD);
    assert!(files.changed());
}

#[test]
fn kubeconfig_is_a_list_and_else_the_home_folders_file() {
    let list = std::env::join_paths(["/a", "/b"]).unwrap();
    assert_eq!(
        default_paths(list.to_str(), None),
        [PathBuf::from("/a"), PathBuf::from("/b")]
    );
    let home = default_paths(None, Some(Path::new("/home/me")));
    assert_eq!(home, [Path::new("/home/me").join(".kube").join("config")]);
}

async fn code(files: &Files, context: &str) -> String {
    connect(files, context)
        .await
        .err()
        .map(|error| error.code)
        .unwrap_or_default()
}

#[tokio::test]
async fn contexts_that_lead_nowhere_are_told() {
    let folder = folder("connect");
    let files = Files::read(&[file(&folder, "good", GOOD)]);
    assert_eq!(code(&files, "a").await, "");
    assert_eq!(code(&files, "lost").await, "context-broken");
    assert_eq!(code(&files, "other").await, "context-unknown");
}

fn plugin(script: &str) -> ExecConfig {
    ExecConfig {
        command: Some("sh".into()),
        args: Some(vec!["-c".into(), script.into()]),
        ..ExecConfig::default()
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_plugin_that_hangs_fails_or_prints_rubbish_is_told() {
    let limit = Duration::from_millis(300);
    let code = async |script: &str| {
        run_within(&plugin(script), limit)
            .await
            .err()
            .map(|error| error.code)
            .unwrap_or_default()
    };
    assert_eq!(code("sleep 20").await, "exec-timeout");
    assert_eq!(code("echo no >&2; exit 3").await, "exec-failed");
    assert_eq!(code("echo rubbish").await, "exec-rubbish");
    assert_eq!(code(r#"echo '{"status": {"token": "t"}}'"#).await, "");
    let missing = ExecConfig {
        command: Some("there-is-no-such-plugin".into()),
        ..ExecConfig::default()
    };
    assert_eq!(
        run_within(&missing, limit).await.err().unwrap().code,
        "exec-missing"
    );
}

#[test]
fn what_a_plugin_printed_is_never_shown() {
    let error = understand("p", b"token=hunter2").err().unwrap();
    assert!(!error.message.contains("hunter2") && !error.hint.contains("hunter2"));
}

#[test]
fn the_end_of_a_certificate_is_read_from_it() {
    // Validity of a self-signed certificate made for this test: until 2020-01-02T03:04:05Z.
    let pem = include_bytes!("expired.pem");
    assert_eq!(not_after(pem), crate::workloads::moment("2020-01-02T03:04:05Z"));
    assert_eq!(not_after(b"no certificate"), None);
}

#[tokio::test]
async fn a_refused_connection_is_told_with_its_address_and_reason_and_without_a_librarys_words() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let text = GOOD.replace("6443", &port.to_string());
    let files = Files::read(&[file(&folder("refused"), "config", &text)]);
    let client = connect(&files, "a").await.unwrap();
    let trouble = ask(&client, Ask::get("/version")).await.unwrap_err();
    let told = trouble.of_read("The version");
    assert_eq!(told.code, "cluster-unreachable");
    assert_eq!(
        told.message,
        format!("The cluster cannot be reached: connection refused at https://127.0.0.1:{port}.")
    );
    assert!(told.hint.contains("network"), "{}", told.hint);
}
