//! What people bring: broken kubeconfigs, impossible plans, files that are no record. Each gets a code, a sentence and something
//! to do, through the command surface as the window uses it; nothing is lost. Bad sources of metrics: telemetry's own tests.

#![allow(missing_docs, reason = "the names of tests are sentences")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may end where it stands"
)]

use api::{Api, Options};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

struct Window {
    api: Api,
    folder: tempfile::TempDir,
}

impl Window {
    async fn open(kubeconfig: impl FnOnce(&Path) -> Vec<PathBuf>) -> Window {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            kubeconfig: Some(kubeconfig(folder.path())),
            ..Options::in_folder(folder.path().join("record"))
        };
        let api = Api::start(options).await.unwrap();
        Window { api, folder }
    }

    async fn call(&self, name: &str, request: Value) -> Value {
        self.api
            .call(name, request)
            .await
            .unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
    }

    /// Saves an environment on a context that nobody has to reach.
    async fn environment(&self, context: &str) -> String {
        let request = json!({ "id": null, "name": "shop", "context": context, "namespaces": ["shop"],
            "danger": "production", "protection": { "kind": "open" } });
        self.call("connections.saveEnvironment", request).await;
        "shop".to_owned()
    }
}

/// Something to read for a person: what happened and what to do.
fn helps(failure: &Value) -> &str {
    let text = |field: &str| failure[field].as_str().unwrap_or_default();
    assert!(text("message").len() > 10, "{failure:#}");
    assert!(text("hint").len() > 5, "{failure:#}");
    failure["code"].as_str().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn with_user(user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         contexts:\n- {{name: here, context: {{cluster: c, user: u, namespace: shop}}}}\n\
         clusters:\n- {{name: c, cluster: {{server: 'https://127.0.0.1:9'}}}}\n\
         users:\n- {{name: u, user: {user}}}\n"
    )
}

fn exec(script: &str) -> String {
    with_user(&format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', '{script}'], interactiveMode: Never}}}}"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_kubeconfig_is_shown_with_its_reason_beside_the_good_ones() {
    let window = Window::open(|folder| {
        vec![
            write(folder, "good", &with_user("{token: t}")),
            write(folder, "empty", " \n"),
            write(folder, "rubbish", "users: [token: hunter2"),
        ]
    })
    .await;
    let missing = window.folder.path().join("missing");
    let connections = window
        .call("connections.addFile", json!({ "path": missing }))
        .await;
    let files = connections["files"].as_array().unwrap();
    let code = |name: &str| {
        let ends = |file: &&Value| file["path"].as_str().unwrap().ends_with(name);
        let file = files.iter().find(ends).unwrap_or_else(|| panic!("{files:#?}"));
        match &file["failure"] {
            Value::Null => "",
            failure => helps(failure),
        }
    };
    assert_eq!(code("good"), "");
    assert_eq!(code("empty"), "kubeconfig-empty");
    assert_eq!(code("rubbish"), "kubeconfig-malformed");
    assert_eq!(code("missing"), "kubeconfig-missing");
    assert_eq!(connections["contexts"].as_array().unwrap().len(), 1);
    assert!(
        !connections.to_string().contains("hunter2"),
        "nothing of a file is quoted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_program_that_prints_rubbish_and_an_expired_certificate_are_named() {
    for (config, wanted) in [
        (exec("echo rubbish"), "exec-rubbish"),
        (exec("echo no such account >&2; exit 3"), "exec-failed"),
        (
            with_user(&format!(
                "{{client-certificate: {:?}, client-key: /nowhere}}",
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../cluster/src/kubeconfig/expired.pem")
            )),
            "certificate-expired",
        ),
    ] {
        let window = Window::open(|folder| vec![write(folder, "config", &config)]).await;
        let connections = window
            .call("connections.check", json!({ "context": "here" }))
            .await;
        let state = &connections["contexts"][0]["state"];
        assert_eq!(state["kind"], "failed", "{wanted}: {state:#}");
        assert_eq!(helps(&state["failure"]), wanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_program_that_hangs_is_ended_and_the_window_goes_on_meanwhile() {
    let window = Window::open(|folder| vec![write(folder, "config", &exec("sleep 600"))]).await;
    let begun = Instant::now();
    let check = window.call("connections.check", json!({ "context": "here" }));
    let other = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        window.call("environments.matrix", json!({})).await;
        begun.elapsed()
    };
    let (connections, meanwhile) = tokio::join!(check, other);
    assert!(meanwhile < begun.elapsed(), "other screens do not wait for it");
    assert_eq!(
        helps(&connections["contexts"][0]["state"]["failure"]),
        "exec-timeout"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_whose_context_is_gone_stays_with_what_is_known_and_says_why() {
    let window = Window::open(|folder| vec![write(folder, "config", &with_user("{token: t}"))]).await;
    window.environment("gone").await;
    let matrix = window.call("environments.matrix", json!({})).await;
    let columns = matrix["environments"].as_array().unwrap();
    let column = columns
        .iter()
        .find(|column| column["environment"]["id"] == "shop")
        .unwrap();
    let failure = column
        .as_object()
        .unwrap()
        .values()
        .find(|value| value["code"] == "context-unknown");
    helps(failure.unwrap_or_else(|| panic!("{column:#}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impossible_plan_is_refused_with_the_phase_and_the_field_and_nothing_starts() {
    let window = Window::open(|_| Vec::new()).await;
    let phase = |share: f64| json!({ "share": share, "bakeSeconds": 60, "bakeMaximumSeconds": null, "gates": ["readiness"], "owner": "", "goal": "" });
    let request = |shares: &[f64]| {
        let phases: Vec<Value> = shares.iter().map(|share| phase(*share)).collect();
        json!({ "application": "checkout", "environment": "practice-production",
            "source": { "kind": "scenario", "scenario": "healthy" },
            "plan": { "phases": phases, "surgeLimit": 25.0, "acceptLessCapacity": false, "onExcess": "rollBack",
                "automaticRollback": true } })
    };
    let full = |matrix: &Value| matrix["cells"].as_array().is_some_and(|cells| cells.len() == 18);
    while !full(&window.call("environments.matrix", json!({})).await) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let many: Vec<f64> = (0..50_000).map(|index| f64::from(index) / 500.0).collect();
    for (shares, phase, problem) in [
        (vec![0.0, 100.0], json!(0), "shareOutOfRange"),
        (vec![25.0, 101.0], json!(1), "shareOutOfRange"),
        (vec![50.0, 25.0, 100.0], json!(1), "sharesMustGrow"),
        (many, Value::Null, "tooManyPhases"),
    ] {
        let preflight = window.call("release.preflight", request(&shares)).await;
        assert_eq!(preflight["mayStart"], false);
        let problems = preflight["problems"].as_array().unwrap();
        assert!(problems.len() < 100, "a person can read it");
        let found = problems
            .iter()
            .find(|found| found["phase"] == phase && found["problem"]["code"] == problem);
        assert!(found.is_some(), "{problem}: {problems:#?}");
        let start = json!({ "preflight": request(&shares), "overrides": [], "reason": "", "confirmation": { "heldMs": 1200 } });
        let refused = window.api.call("release.start", start).await.unwrap_err();
        assert_eq!(refused.code, "plan-invalid");
    }
    let history = window
        .call("history.list", json!({ "text": "", "productionOnly": false }))
        .await;
    assert_eq!(history["rows"].as_array().map(Vec::len), Some(0), "{history:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_none_or_cannot_be_written_or_is_newer_is_said_and_left_as_it_is() {
    let start = |folder: &Path| {
        Api::start(Options {
            kubeconfig: Some(Vec::new()),
            ..Options::in_folder(folder)
        })
    };

    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "slipway.db",
        "this is a shopping list and no database at all",
    );
    let refused = start(folder.path()).await.err();
    let kept = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .any(|file| std::fs::read_to_string(file.path()).is_ok_and(|text| text.contains("shopping list")));
    assert!(kept, "the file is still there, under its name or set aside");
    if let Some(failure) = refused {
        assert_eq!(failure.code, "history-not-a-database");
    }

    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).await.unwrap().close().await;
    let path = folder.path().join("slipway.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The user version of a SQLite file: bytes 60 to 63, big endian (sqlite.org/fileformat2, 1.3).
    bytes.splice(60..64, 999_u32.to_be_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let newer = start(folder.path())
        .await
        .err()
        .expect("a newer record is refused");
    assert_eq!(newer.code, "history-newer");
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "not a byte is touched");

    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).await.unwrap().close().await;
    let path = folder.path().join("slipway.db");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let read_only = start(folder.path())
        .await
        .err()
        .expect("a read-only record is refused");
    assert_eq!(read_only.code, "history-read-only");
    assert!(!read_only.hint.is_empty());
}
