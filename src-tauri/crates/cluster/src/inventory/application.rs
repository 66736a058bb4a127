use super::summary::WorkloadSummary;
use conductor::WorkloadRef;
use std::collections::{BTreeMap, HashMap};

/// What a person said against labels and names: environment and title (`Deployment shop/checkout`) to an application's id.
pub type Corrections = BTreeMap<(String, String), String>;

/// What is released together, across environments.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Stable over the environments.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// `app.kubernetes.io/part-of`, if any workload says so.
    pub part_of: Option<String>,
    /// Its workloads; at most one in each environment, unless a person joined several.
    pub workloads: Vec<WorkloadRef>,
}

/// Finds the applications of all environments, by name.
///
/// A workload's name is its `app.kubernetes.io/name` (and component), else its own. Where that does not tell two workloads of one
/// environment apart (a `redis` for each of two applications), the instance is added, and the namespace if that
/// does not either. Corrections go before everything.
pub fn applications(workloads: &[WorkloadSummary], corrections: &Corrections) -> Vec<Application> {
    let mut ids: Vec<String> = workloads.iter().map(by_name).collect();
    tell_apart(&mut ids, workloads, by_instance);
    tell_apart(&mut ids, workloads, |workload| {
        format!("{}-{}", workload.workload.namespace, workload.workload.name)
    });
    let mut found: BTreeMap<String, Application> = BTreeMap::new();
    for (workload, id) in workloads.iter().zip(ids) {
        let key = (workload.workload.environment.clone(), workload.title());
        let id = corrections.get(&key).cloned().unwrap_or(id);
        let application = found.entry(id.clone()).or_insert_with(|| Application {
            name: id.clone(),
            id,
            part_of: None,
            workloads: Vec::new(),
        });
        if application.part_of.is_none() && !workload.labels.part_of.is_empty() {
            application.part_of = Some(workload.labels.part_of.clone());
        }
        application.workloads.push(workload.workload.clone());
    }
    found.into_values().collect()
}

fn by_name(workload: &WorkloadSummary) -> String {
    let labels = &workload.labels;
    match (labels.name.as_str(), labels.component.as_str()) {
        ("", _) => workload.workload.name.clone(),
        (name, "") => name.to_owned(),
        (name, component) if name == component => name.to_owned(),
        (name, component) => format!("{name}-{component}"),
    }
}

fn by_instance(workload: &WorkloadSummary) -> String {
    let instance = &workload.labels.instance;
    let name = by_name(workload);
    if instance.is_empty() || name.starts_with(instance.as_str()) {
        workload.workload.name.clone()
    } else {
        format!("{instance}-{name}")
    }
}

/// Gives every workload whose id another one of its environment has, and all workloads elsewhere with that id, a longer one.
fn tell_apart(
    ids: &mut [String],
    workloads: &[WorkloadSummary],
    longer: impl Fn(&WorkloadSummary) -> String,
) {
    let mut seen: HashMap<(&str, &str), u32> = HashMap::new();
    for (workload, id) in workloads.iter().zip(ids.iter()) {
        *seen
            .entry((workload.workload.environment.as_str(), id.as_str()))
            .or_default() += 1;
    }
    let ambiguous: Vec<String> = seen
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|((_, id), _)| id.to_owned())
        .collect();
    for (workload, id) in workloads.iter().zip(ids.iter_mut()) {
        if ambiguous.contains(id) {
            *id = longer(workload);
        }
    }
}
