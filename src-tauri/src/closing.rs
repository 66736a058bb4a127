//! Closing the window while releases run: the person is asked in the window, and what was chosen is done here.

use api::view::{Event, WindowGoes};
use tauri::{AppHandle, Manager, Runtime, Window, WindowEvent};
use tokio::sync::broadcast::error::RecvError;

use crate::backend::Backend;
use crate::{show_main_window, tray};

/// Keeps the window open while releases run and nobody has said what becomes of them.
pub fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event
        && window
            .try_state::<Backend>()
            .is_some_and(|backend| backend.ask_to_close())
    {
        api.prevent_close();
    }
}

/// Ends the program, after the person was asked about releases that run.
pub fn quit<R: Runtime>(app: &AppHandle<R>) {
    let asks = app
        .try_state::<Backend>()
        .is_some_and(|backend| backend.ask_to_close());
    if asks {
        show_main_window(app);
    } else {
        app.exit(0);
    }
}

/// Has the window show a release.
pub fn show<R: Runtime>(app: &AppHandle<R>, release: &str) {
    if let Some(backend) = app.try_state::<Backend>() {
        backend.show(release);
    }
}

/// Does what was chosen, and keeps the tray's list of releases, until the backend is gone.
pub async fn follow<R: Runtime>(app: AppHandle<R>) {
    let Some(backend) = app.try_state::<Backend>() else {
        return;
    };
    let Ok(mut events) = backend.events().await else {
        return;
    };
    loop {
        match events.recv().await {
            Ok(Event::Leave {
                window: WindowGoes::Closed,
            }) => app.exit(0),
            Ok(Event::Leave {
                window: WindowGoes::Hidden,
            }) => out_of_sight(&app),
            Ok(Event::Running { releases }) => tray::list(&app, &backend, &releases).await,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Without a tray a hidden window would be lost, so it is only made small.
fn out_of_sight<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    let gone = if tray::is_there(app) {
        window.hide()
    } else {
        window.minimize()
    };
    if let Err(error) = gone {
        tracing::warn!(%error, "the window did not go out of sight");
    }
}
