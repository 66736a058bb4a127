//! The Tauri shell: one window, two commands that only forward to the backend, and one for the desktop's file dialog.
//!
//! Nothing is decided here. What the window asks for goes to [`backend::Backend`], what the backend tells goes to the
//! window in batches, and both stay the same if another shell is put around them: [`no_window`] is one, for scripts.

mod backend;
mod closing;
mod commands;
mod data_dir;
mod file_picker;
mod logging;
mod login_path;
mod no_window;
mod profile;
mod subscription;
mod tray;

use std::error::Error;

use tauri::{Manager, RunEvent};

use crate::backend::Backend;

/// Opens the window and runs until it is closed; with `--no-window` see [`no_window`].
///
/// # Errors
///
/// When the data folder cannot be made or the window system refuses the window.
pub fn run() -> Result<(), Box<dyn Error>> {
    logging::start();
    login_path::adopt();
    let context: tauri::Context = tauri::generate_context!();
    if std::env::args_os()
        .skip(1)
        .any(|argument| argument == no_window::OPTION)
    {
        return no_window::run(&data_dir::without_window(&context.config().identifier)?);
    }
    let app = tauri::Builder::default()
        // First, as the plugin's documentation asks: a second start must end before it opens the database.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| {
            show_main_window(app)
        }))
        .plugin(tauri_plugin_dialog::init())
        .setup(|app| {
            app.manage(Backend::start(data_dir::of_window(app.handle())?));
            tray::start(app.handle());
            tauri::async_runtime::spawn(closing::follow(app.handle().clone()));
            Ok(())
        })
        .on_window_event(closing::on_window_event)
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::subscribe,
            commands::choose_file
        ])
        .build(context)?;
    app.run(|app, event| {
        if let RunEvent::Exit = event
            && let Some(backend) = app.try_state::<Backend>()
        {
            tauri::async_runtime::block_on(backend.close());
        }
    });
    Ok(())
}

/// Writes why Slipway could not start to standard error and the log.
pub fn report_fatal(error: &dyn Error) {
    tracing::error!(%error, "Slipway could not start");
}

/// Brings the one window to the front: from the tray, or when Slipway is started a second time.
fn show_main_window<R: tauri::Runtime>(app: &tauri::AppHandle<R>) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    for (what, result) in [
        ("show", window.show()),
        ("unminimize", window.unminimize()),
        ("focus", window.set_focus()),
    ] {
        if let Err(error) = result {
            tracing::warn!(%error, what, "the window did not follow");
        }
    }
}
