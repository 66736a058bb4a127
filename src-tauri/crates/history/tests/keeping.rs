//! Notes, settings, drafts, environments, and releases as files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall fail"
)]

mod support;

use conductor::Journal;
use history::{Draft, Happening, LastKnown, MASK};
use release::Stage;
use serde_json::json;
use support::*;

#[tokio::test]
async fn settings_are_kept_changed_and_removed() {
    let place = Place::new();
    let history = place.open();
    history.set_setting("theme", json!("dark")).await.unwrap();
    history
        .set_setting(
            "environments",
            json!([{ "id": "eu", "prometheus": { "keyringEntry": "eu" } }]),
        )
        .await
        .unwrap();
    history.set_setting("theme", json!("light")).await.unwrap();
    drop(history);
    let history = place.open();
    assert_eq!(history.setting("theme").await.unwrap(), Some(json!("light")));
    assert_eq!(history.settings().await.unwrap().len(), 2);
    history.set_setting("theme", json!(null)).await.unwrap();
    assert_eq!(history.setting("theme").await.unwrap(), None);
}

#[tokio::test]
async fn the_log_beside_the_file_gives_its_space_back() {
    let place = Place::new();
    let history = place.open();
    // As much as thousands of releases write without a pause, and little of it to keep.
    for n in 0..24 {
        let long = format!("{n}").repeat(1_000_000);
        history.set_setting("long", json!(long)).await.unwrap();
    }
    let long = history.facts().await.unwrap().bytes;
    assert!(long > 20_000_000, "{long} bytes: this would show nothing");
    let begun = std::time::Instant::now();
    while history.facts().await.unwrap().bytes > 8_000_000 {
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(20),
            "the log stays long"
        );
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(history.setting("long").await.unwrap().is_some());
}

#[tokio::test]
async fn a_credential_never_becomes_a_setting() {
    let place = Place::new();
    let history = place.open();
    for field in ["password", "bearer_token", "Authorization", "clientSecret"] {
        let value = json!({ "prometheus": [{ field: "hunter2" }] });
        let error = history.set_setting("eu", value).await.unwrap_err();
        assert_eq!(error.code(), "setting-looks-secret");
        assert!(!error.to_string().contains("hunter2"));
    }
    assert_eq!(history.settings().await.unwrap(), Vec::new());
}

#[tokio::test]
async fn drafts_and_environments_replace_their_older_selves() {
    let place = Place::new();
    let history = place.open();
    for n in 0..3 {
        let draft = Draft {
            id: "draft".into(),
            at: at(n),
            body: json!({ "step": n }),
        };
        history.keep_draft(draft).await.unwrap();
        let seen = LastKnown {
            environment: "eu".into(),
            as_of: at(n),
            body: json!({ "applications": n }),
        };
        history.keep_environment(seen).unwrap();
    }
    let drafts = history.drafts().await.unwrap();
    assert_eq!((drafts.len(), &drafts[0].body), (1, &json!({ "step": 2 })));
    let environments = history.environments().await.unwrap();
    assert_eq!((environments.len(), environments[0].as_of), (1, at(2)));
    history.remove_draft("draft").await.unwrap();
    history.forget_environment("eu").await.unwrap();
    assert_eq!(history.drafts().await.unwrap(), Vec::new());
    assert_eq!(history.environments().await.unwrap(), Vec::new());
}

#[tokio::test]
async fn notes_are_added_changed_and_removed() {
    let place = Place::new();
    let history = place.open();
    history.open(&dossier("a")).await.unwrap();
    let first = history
        .add_note(&id("a"), at(5), "Mei Lin", "Raise the limit", Some(at(3)))
        .await
        .unwrap();
    let second = history
        .add_note(&id("a"), at(6), "Ana", "Done", None)
        .await
        .unwrap();
    history
        .change_note(first.id, "Raise the limit to 768 MiB")
        .await
        .unwrap();
    history.remove_note(second.id).await.unwrap();
    let notes = history.story(&id("a")).await.unwrap().notes;
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].text, "Raise the limit to 768 MiB");
    assert_eq!(notes[0].moment, Some(at(3)));
}

/// A history with one release that has everything.
async fn exported(place: &Place) -> Vec<u8> {
    let history = place.open();
    let mut dossier = dossier("a");
    dossier
        .other_templates
        .insert("older".into(), template("2.13.0").into());
    history.open(&dossier).await.unwrap();
    let mut begin = step(&dossier.release, Stage::Shifting, 1_000);
    begin.intent = Some(intent(1, 1_000));
    history.advance(begin).await.unwrap();
    history
        .outcome(&id("a"), &operation(1), at(1_010), &accepted())
        .await
        .unwrap();
    history
        .looks(
            &id("a"),
            &looks("errors", vec![look(5_000, 1.0), look(10_000, 1.5)]),
        )
        .await
        .unwrap();
    history.snapshot(&id("a"), &snapshot(1_100, 2)).await.unwrap();
    history.snapshot(&id("a"), &snapshot(6_100, 3)).await.unwrap();
    history
        .add_note(&id("a"), at(9), "Mei Lin", "Looks good", None)
        .await
        .unwrap();
    history.export(&id("a")).await.unwrap()
}

#[tokio::test]
async fn an_exported_release_is_the_same_on_another_machine_without_literal_values() {
    let (here, there) = (Place::new(), Place::new());
    let file = exported(&here).await;
    let other = there.open();
    other.open(&dossier("own")).await.unwrap();
    let imported = other.import(file.clone()).await.unwrap();
    assert_eq!((imported.id, imported.number), (id("a"), 2));
    let original = here.open().story(&id("a")).await.unwrap();
    let copy = other.story(&id("a")).await.unwrap();
    assert!(copy.imported && !original.imported);
    assert_eq!(copy.looks, original.looks);
    assert_eq!(copy.snapshots, original.snapshots);
    assert_eq!(copy.steps, original.steps);
    assert_eq!(copy.dossier.release, original.dossier.release);
    assert_eq!(
        copy.at(at(6_000)).unwrap().release,
        original.at(at(6_000)).unwrap().release
    );
    assert_eq!(copy.notes[0].text, "Looks good");
    assert_eq!(copy.lines.len(), original.lines.len());
    // Nothing private left the machine, and everything is still here.
    let text = serde_json::to_string(&copy).unwrap();
    assert!(!text.contains("literal-and-private") && text.contains(MASK));
    let kept = original.lines.iter().any(|line| match &line.what {
        Happening::Intent { intent } => intent.act.patch.to_string().contains("literal-and-private"),
        _ => false,
    });
    assert!(kept, "the rollback needs the literal values");
    // It is shown, never driven.
    let driven: Vec<_> = other
        .unfinished()
        .await
        .unwrap()
        .into_iter()
        .map(|unfinished| unfinished.dossier.release.id)
        .collect();
    assert_eq!(driven, [id("own")]);
    let again = other.import(file).await.unwrap_err();
    assert_eq!(again.code(), "history-release-exists");
}

#[tokio::test]
async fn a_file_that_is_no_release_or_was_changed_is_refused() {
    let place = Place::new();
    let file = exported(&place).await;
    let history = Place::new();
    let history = history.open();
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    let plain = String::from_utf8(zstd::decode_all(file.as_slice()).unwrap()).unwrap();
    let changed = plain.replace("Looks good", "Looks bad!");
    assert_ne!(changed, plain);
    let newer = plain.replace("\"format\":1", "\"format\":2");
    assert_ne!(newer, plain);
    let cases = [
        (Vec::new(), "capsule-not-one"),
        (b"kind: Deployment".to_vec(), "capsule-not-one"),
        (file[..file.len() / 2].to_vec(), "capsule-not-one"),
        (pack("[]"), "capsule-not-one"),
        (pack("{\"what\":\"slipway-release\"}"), "capsule-not-one"),
        (pack(&changed), "capsule-broken-seal"),
        (pack(&newer), "capsule-newer"),
    ];
    for (bytes, code) in cases {
        assert_eq!(history.import(bytes).await.unwrap_err().code(), code);
    }
    assert_eq!(history.facts().await.unwrap().releases, 0);
}
