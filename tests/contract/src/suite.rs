//! The list of cases and how they run.

use crate::bed::Bed;
use futures::future::BoxFuture;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::RwLock;

/// Cases that run at the same time, unless the command line says otherwise.
const AT_ONCE: usize = 8;

/// One case: a sentence and what shows that it is true.
pub struct Case {
    name: String,
    run: Arc<dyn Fn(Bed) -> BoxFuture<'static, ()> + Send + Sync>,
    alone: bool,
}

impl Case {
    pub fn new<F>(name: impl Into<String>, run: impl Fn(Bed) -> F + Send + Sync + 'static) -> Case
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Case {
            name: name.into(),
            run: Arc::new(move |bed| Box::pin(run(bed))),
            alone: false,
        }
    }

    /// It disturbs everybody on the cluster: it runs when no other case does.
    pub fn alone(mut self) -> Case {
        self.alone = true;
        self
    }
}

/// Runs every case on a bed; what `cargo test` passes on the command line chooses among them.
pub fn run(runtime: &Runtime, bed: &Bed) -> Conclusion {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let mut cases = crate::cases::all();
    cases.sort_by_key(|case| case.alone);
    let turn = Arc::new(RwLock::new(()));
    let trials = cases
        .into_iter()
        .map(|case| trial(runtime, bed, &turn, case))
        .collect();
    libtest_mimic::run(&arguments, trials)
}

fn trial(runtime: &Runtime, bed: &Bed, turn: &Arc<RwLock<()>>, case: Case) -> Trial {
    let (handle, bed, turn) = (runtime.handle().clone(), bed.clone(), turn.clone());
    Trial::test(case.name, move || {
        let running = handle.spawn(async move {
            if case.alone {
                let _turn = turn.write().await;
                (case.run)(bed).await;
            } else {
                let _turn = turn.read().await;
                (case.run)(bed).await;
            }
        });
        handle
            .block_on(running)
            .map_err(|error| Failed::from(error.to_string()))
    })
}
