//! The icon in the tray: it opens the window, lists the releases that run, and quits.

use api::view::RunningRelease;
use serde_json::Value;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Runtime};

use crate::backend::Backend;
use crate::{closing, show_main_window};

const ID: &str = "slipway";
const OPEN: &str = "open";
const QUIT: &str = "quit";
const RELEASE: &str = "release:";

/// The few words of the menu; everything else is said in the window.
struct Words {
    open: &'static str,
    none: &'static str,
    quit: &'static str,
}

const ENGLISH: Words = Words {
    open: "Open Slipway",
    none: "No release runs",
    quit: "Quit",
};
const CHINESE: Words = Words {
    open: "打开 Slipway",
    none: "没有正在进行的发布",
    quit: "退出",
};

impl Words {
    /// The words for a language as the settings have it; `system` goes by the environment.
    fn of(language: &str, system: Option<&str>) -> &'static Words {
        let chinese = match language {
            "zh-CN" => true,
            "system" => system.is_some_and(|system| system.starts_with("zh")),
            _ => false,
        };
        if chinese { &CHINESE } else { &ENGLISH }
    }
}

/// Puts the icon into the tray, where there is one.
pub fn start<R: Runtime>(app: &AppHandle<R>) {
    if !has_library() {
        tracing::info!("there is no tray: the library for it is not installed");
        return;
    }
    let made = menu(app, &ENGLISH, &[]).and_then(|menu| {
        let mut builder = TrayIconBuilder::with_id(ID)
            .tooltip("Slipway")
            .menu(&menu)
            .on_menu_event(chosen);
        if let Some(icon) = app.default_window_icon() {
            builder = builder.icon(icon.clone());
        }
        builder.build(app)
    });
    if let Err(error) = made {
        tracing::warn!(%error, "there is no icon in the tray");
    }
}

/// Whether the icon is there.
pub fn is_there<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.tray_by_id(ID).is_some()
}

/// Shows the releases that run in the menu.
pub async fn list<R: Runtime>(app: &AppHandle<R>, backend: &Backend, releases: &[RunningRelease]) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let language = match backend.call("app.shell", Value::Null).await {
        Ok(shell) => shell["language"].as_str().unwrap_or_default().to_owned(),
        Err(_) => String::new(),
    };
    let system = std::env::var("LANG").ok();
    let words = Words::of(&language, system.as_deref());
    let lines: Vec<(String, String)> = releases.iter().map(line).collect();
    if let Err(error) = menu(app, words, &lines).and_then(|menu| tray.set_menu(Some(menu))) {
        tracing::warn!(%error, "the tray's menu did not change");
    }
}

/// A release's id in the menu, and what its line says.
fn line(release: &RunningRelease) -> (String, String) {
    let text = format!(
        "{}, {}: {}",
        release.application, release.environment.name, release.share
    );
    (format!("{RELEASE}{}", release.id), text)
}

fn menu<R: Runtime>(
    app: &AppHandle<R>,
    words: &Words,
    releases: &[(String, String)],
) -> tauri::Result<Menu<R>> {
    let menu = Menu::new(app)?;
    menu.append(&MenuItem::with_id(app, OPEN, words.open, true, None::<&str>)?)?;
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    if releases.is_empty() {
        menu.append(&MenuItem::new(app, words.none, false, None::<&str>)?)?;
    }
    for (id, text) in releases {
        menu.append(&MenuItem::with_id(app, id, text, true, None::<&str>)?)?;
    }
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    menu.append(&MenuItem::with_id(app, QUIT, words.quit, true, None::<&str>)?)?;
    Ok(menu)
}

fn chosen<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    let id = event.id().as_ref();
    match id {
        QUIT => closing::quit(app),
        OPEN => show_main_window(app),
        _ => {
            show_main_window(app);
            if let Some(release) = id.strip_prefix(RELEASE) {
                closing::show(app, release);
            }
        }
    }
}

/// On Linux the tray's library is looked for first: without it making the icon would end the program.
#[cfg(target_os = "linux")]
fn has_library() -> bool {
    const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    const FOLDERS: [&str; 6] = [
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/app/lib",
    ];
    FOLDERS.iter().any(|folder| {
        NAMES
            .iter()
            .any(|name| std::path::Path::new(folder).join(name).exists())
    })
}

#[cfg(not(target_os = "linux"))]
fn has_library() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::{CHINESE, ENGLISH, Words};

    #[test]
    fn the_menu_speaks_the_language_of_the_window() {
        let quit = |language, system| Words::of(language, system).quit;
        assert_eq!(quit("zh-CN", None), CHINESE.quit);
        assert_eq!(quit("en", Some("zh_CN.UTF-8")), ENGLISH.quit);
        assert_eq!(quit("system", Some("zh_CN.UTF-8")), CHINESE.quit);
        assert_eq!(quit("system", None), ENGLISH.quit);
    }
}
