use crate::view::{ContextState, Failure};
use cluster::kubeconfig::Files;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is known of kubeconfig files and of the contexts in them.
#[derive(Default)]
pub(crate) struct KubeContexts {
    files: Mutex<Arc<Files>>,
    answers: Mutex<BTreeMap<String, Answered>>,
    failures: Mutex<BTreeMap<String, Failure>>,
}

/// How a context answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answered {
    /// The answer; `None` if it was not asked.
    pub(crate) state: Option<ContextState>,
    /// Its namespaces, where they may be listed.
    pub(crate) namespaces: Vec<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl KubeContexts {
    /// Reads the files anew.
    pub(crate) fn read(&self, paths: &[PathBuf]) {
        *lock(&self.files) = Arc::new(Files::read(paths));
    }

    /// The files as they were read.
    pub(crate) fn files(&self) -> Arc<Files> {
        Arc::clone(&lock(&self.files))
    }

    /// How a context answered last.
    pub(crate) fn answer(&self, context: &str) -> Answered {
        lock(&self.answers).get(context).cloned().unwrap_or_default()
    }

    pub(crate) fn set_answer(&self, context: &str, answered: Answered) {
        lock(&self.answers).insert(context.to_owned(), answered);
    }

    /// Why an environment could not be connected.
    pub(crate) fn failure(&self, environment: &str) -> Option<Failure> {
        lock(&self.failures).get(environment).cloned()
    }

    pub(crate) fn set_failure(&self, environment: &str, failure: Option<Failure>) {
        match failure {
            Some(failure) => lock(&self.failures).insert(environment.to_owned(), failure),
            None => lock(&self.failures).remove(environment),
        };
    }
}
