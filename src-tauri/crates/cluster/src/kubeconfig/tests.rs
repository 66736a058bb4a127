use super::*;
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("slipway-kubeconfig-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn config(context: &str, server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {{server: '{server}'}}\nusers:\n- name: u\n  user: {user}\ncontexts:\n- name: {context}\n  context: {{cluster: c, user: u, namespace: shop}}\n"
    )
}

fn exec(script: &str) -> String {
    format!("{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', '{script}'], interactiveMode: Never}}}}")
}

fn code_of(path: &Path) -> Option<String> {
    Files::read(&[path.to_owned()]).files.remove(0).failure.map(|failure| failure.code)
}

#[test]
fn the_list_in_the_environment_comes_before_the_default_place() {
    let home = Path::new("/home/mei");
    assert_eq!(default_paths(Some("/a:/b"), Some(home)), [PathBuf::from("/a"), PathBuf::from("/b")]);
    assert_eq!(default_paths(Some(""), Some(home)), [home.join(".kube/config")]);
    assert_eq!(default_paths(None, None), Vec::<PathBuf>::new());
}

#[test]
fn a_file_that_is_missing_empty_or_malformed_says_so_and_the_others_are_read() {
    let folder = Folder::new("bad");
    assert_eq!(code_of(&folder.0.join("none")).as_deref(), Some("kubeconfig-missing"));
    assert_eq!(code_of(&folder.file("empty", " \n")).as_deref(), Some("kubeconfig-empty"));
    assert_eq!(code_of(&folder.file("odd", "clusters: {{{")).as_deref(), Some("kubeconfig-malformed"));
    assert_eq!(code_of(&folder.file("bare", "apiVersion: v1\nkind: Config\n")).as_deref(), Some("kubeconfig-without-contexts"));
    let good = folder.file("good", &config("prod", "https://127.0.0.1:1", "{token: t}"));
    let files = Files::read(&[folder.0.join("none"), good]);
    assert_eq!(files.contexts().len(), 1);
    assert_eq!(files.contexts()[0].namespace.as_deref(), Some("shop"));
}

#[test]
fn the_first_file_that_names_a_context_wins() {
    let folder = Folder::new("first");
    let one = folder.file("one", &config("prod", "https://one.test", "{token: t}"));
    let two = folder.file("two", &config("prod", "https://two.test", "{token: t}"));
    let files = Files::read(&[one, two]);
    assert_eq!(files.contexts().len(), 1);
    assert_eq!(files.contexts()[0].server, "https://one.test");
}

#[test]
fn a_changed_file_is_noticed() {
    let folder = Folder::new("changed");
    let path = folder.file("config", &config("prod", "https://one.test", "{token: t}"));
    let files = Files::read(std::slice::from_ref(&path));
    assert!(!files.changed());
    std::fs::remove_file(&path).unwrap();
    assert!(files.changed());
}

#[test]
fn a_password_in_the_address_is_not_shown() {
    let folder = Folder::new("password");
    let path = folder.file("config", &config("prod", "https://mei:hunter2@one.test/path", "{token: t}"));
    let files = Files::read(&[path]);
    assert_eq!(files.contexts()[0].server, "https://one.test/path");
}

async fn code_of_connect(text: &str, context: &str, name: &str) -> Option<String> {
    let folder = Folder::new(name);
    let files = Files::read(&[folder.file("config", text)]);
    connect(&files, context).await.err().map(|failure| failure.code)
}


#[tokio::test]
async fn an_unknown_context_is_told() {
    let text = config("prod", "https://one.test", "{token: t}");
    assert_eq!(code_of_connect(&text, "staging", "unknown").await.as_deref(), Some("context-unknown"));
}

#[tokio::test]
async fn a_sign_in_program_that_prints_rubbish_fails_or_is_missing_is_told() {
    let of = |user: String| config("prod", "https://one.test", &user);
    let rubbish = code_of_connect(&of(exec("echo hello")), "prod", "rubbish").await;
    assert_eq!(rubbish.as_deref(), Some("sign-in-plugin-rubbish"));
    let failed = code_of_connect(&of(exec("echo no >&2; exit 3")), "prod", "failed").await;
    assert_eq!(failed.as_deref(), Some("sign-in-plugin-failed"));
    let user = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: /does/not/exist, interactiveMode: Never}}";
    let missing = code_of_connect(&of(user.to_owned()), "prod", "missing").await;
    assert_eq!(missing.as_deref(), Some("sign-in-plugin-missing"));
}

#[tokio::test]
async fn a_sign_in_program_that_hangs_is_ended() {
    let exec: kube::config::ExecConfig = serde_json::from_value(serde_json::json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["600"],
    }))
    .unwrap();
    let answer = exec_plugin::try_out(&exec, std::time::Duration::from_millis(200)).await;
    assert_eq!(answer.unwrap_err().code, "sign-in-plugin-hangs");
}
