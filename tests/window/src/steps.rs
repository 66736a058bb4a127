//! The steps of a job in the window: each with its time and a picture.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::{Outcome, given};

/// Steps in order.
pub struct Steps {
    folder: PathBuf,
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Begins; pictures go to the folder in `SLIPWAY_TOUR_DIR`.
    ///
    /// # Errors
    ///
    /// When the folder is not given or cannot be made.
    pub fn begin() -> Outcome<Self> {
        let folder = given("SLIPWAY_TOUR_DIR")?;
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self {
            folder,
            done: Vec::new(),
        })
    }

    /// Does one step, takes a picture whatever came of it, and prints its time.
    ///
    /// # Errors
    ///
    /// What the step says, with its name; or a broken content security policy.
    pub fn step<T>(&mut self, app: &App, name: &str, job: impl FnOnce(&App) -> Outcome<T>) -> Outcome<T> {
        let number = self.done.len() + 1;
        let start = Instant::now();
        let outcome = job(app).and_then(|value| app.require_no_violations().map(|()| value));
        let took = start.elapsed();
        let file = self.folder.join(format!("{number:02}-{name}.png"));
        let picture = app.session.picture(&file);
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{number:02} {name}: {word}, {:.1} s", took.as_secs_f64());
        self.done.push((name.to_owned(), took));
        let value = outcome.map_err(|error| format!("step {number}, {name}: {error}\n{}", app.log()))?;
        picture.map_err(|error| format!("step {number}, {name}: {error}"))?;
        Ok(value)
    }

    /// How long all steps took together.
    pub fn total(&self) -> Duration {
        self.done.iter().map(|(_, took)| *took).sum()
    }
}
