//! What the server fills in: defaults of Deployments, ReplicaSets, Services, pods and their templates.

use crate::kinds::Resource;
use crate::object::{self, set_default};
use serde_json::{Value, json};

/// Fills in the defaults of one kind.
pub fn fill(resource: Resource, object: &mut Value) {
    match resource {
        Resource::Deployments => deployment(object),
        Resource::ReplicaSets => {
            set_default(object, &["spec", "replicas"], json!(1));
            pod_template(object);
        }
        Resource::StatefulSets | Resource::DaemonSets => {
            set_default(object, &["spec", "revisionHistoryLimit"], json!(10));
            pod_template(object);
        }
        Resource::Pods => {
            if let Some(spec) = object.get_mut("spec") {
                pod_spec(spec);
            }
            set_default(object, &["spec", "enableServiceLinks"], json!(true));
        }
        Resource::Services => service(object),
        Resource::Secrets => set_default(object, &["type"], json!("Opaque")),
        Resource::Namespaces => {
            set_default(object, &["spec", "finalizers"], json!(["kubernetes"]));
            set_default(object, &["status", "phase"], json!("Active"));
            let name = object::name(object).to_owned();
            object::set(
                object,
                &["metadata", "labels", "kubernetes.io/metadata.name"],
                json!(name),
            );
        }
        _ => {}
    }
}

fn deployment(object: &mut Value) {
    set_default(object, &["spec", "replicas"], json!(1));
    set_default(object, &["spec", "revisionHistoryLimit"], json!(10));
    set_default(object, &["spec", "progressDeadlineSeconds"], json!(600));
    set_default(object, &["spec", "strategy", "type"], json!("RollingUpdate"));
    if object::text(object, &["spec", "strategy", "type"]) == "RollingUpdate" {
        set_default(
            object,
            &["spec", "strategy", "rollingUpdate", "maxSurge"],
            json!("25%"),
        );
        set_default(
            object,
            &["spec", "strategy", "rollingUpdate", "maxUnavailable"],
            json!("25%"),
        );
    }
    pod_template(object);
}

fn pod_template(object: &mut Value) {
    set_default(object, &["spec", "template", "metadata"], json!({}));
    set_default(object, &["spec", "template", "spec"], json!({}));
    if let Some(spec) = object.pointer_mut("/spec/template/spec") {
        pod_spec(spec);
    }
}

/// Defaults of a pod's spec, in a pod and in a template.
fn pod_spec(spec: &mut Value) {
    set_default(spec, &["restartPolicy"], json!("Always"));
    set_default(spec, &["dnsPolicy"], json!("ClusterFirst"));
    set_default(spec, &["schedulerName"], json!("default-scheduler"));
    set_default(spec, &["securityContext"], json!({}));
    set_default(spec, &["terminationGracePeriodSeconds"], json!(30));
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        set_default(spec, &["serviceAccount"], account);
    }
    for list in ["containers", "initContainers"] {
        for container in spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            fill_container(container);
        }
    }
    for volume in spec
        .get_mut("volumes")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        for source in ["configMap", "secret", "projected"] {
            if volume.get(source).is_some() {
                set_default(volume, &[source, "defaultMode"], json!(420));
            }
        }
    }
}

fn fill_container(container: &mut Value) {
    set_default(
        container,
        &["terminationMessagePath"],
        json!("/dev/termination-log"),
    );
    set_default(container, &["terminationMessagePolicy"], json!("File"));
    set_default(container, &["resources"], json!({}));
    let policy = pull_policy(object::text(container, &["image"]));
    set_default(container, &["imagePullPolicy"], json!(policy));
    for port in container
        .get_mut("ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        set_default(port, &["protocol"], json!("TCP"));
    }
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        if container.get(probe).is_none() {
            continue;
        }
        for (field, value) in [
            ("timeoutSeconds", 1),
            ("periodSeconds", 10),
            ("successThreshold", 1),
            ("failureThreshold", 3),
        ] {
            set_default(container, &[probe, field], json!(value));
        }
        if object::at(container, &[probe, "httpGet"]).is_some() {
            set_default(container, &[probe, "httpGet", "scheme"], json!("HTTP"));
        }
    }
    for variable in container
        .get_mut("env")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if object::at(variable, &["valueFrom", "fieldRef"]).is_some() {
            set_default(variable, &["valueFrom", "fieldRef", "apiVersion"], json!("v1"));
        }
    }
}

/// `Always` for the tag `latest` or none, else `IfNotPresent`; a digest is a fixed image too.
fn pull_policy(image: &str) -> &'static str {
    let tag = image.rsplit('/').next().unwrap_or("");
    if image.contains('@') {
        return "IfNotPresent";
    }
    match tag.split_once(':') {
        None | Some((_, "latest")) => "Always",
        Some(_) => "IfNotPresent",
    }
}

fn service(object: &mut Value) {
    set_default(object, &["spec", "type"], json!("ClusterIP"));
    set_default(object, &["spec", "sessionAffinity"], json!("None"));
    for port in object
        .pointer_mut("/spec/ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        set_default(port, &["protocol"], json!("TCP"));
        let number = port.get("port").cloned().unwrap_or(json!(0));
        set_default(port, &["targetPort"], number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_gets_the_servers_defaults() {
        let mut object =
            json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "image": "r.io/x/a:1"}]}}}});
        fill(Resource::Deployments, &mut object);
        assert_eq!(object["spec"]["replicas"], 1);
        assert_eq!(object["spec"]["progressDeadlineSeconds"], 600);
        assert_eq!(
            object["spec"]["strategy"]["rollingUpdate"],
            json!({"maxSurge": "25%", "maxUnavailable": "25%"})
        );
        let pod = &object["spec"]["template"]["spec"];
        assert_eq!(pod["terminationGracePeriodSeconds"], 30);
        assert_eq!(pod["containers"][0]["imagePullPolicy"], "IfNotPresent");
    }

    #[test]
    fn the_pull_policy_follows_the_tag_and_not_the_registrys_port() {
        assert_eq!(pull_policy("registry:5000/a"), "Always");
        assert_eq!(pull_policy("a:latest"), "Always");
        assert_eq!(pull_policy("a:v1"), "IfNotPresent");
        assert_eq!(pull_policy("a@sha256:00"), "IfNotPresent");
    }

    #[test]
    fn recreate_gets_no_rolling_update() {
        let mut object = json!({"spec": {"strategy": {"type": "Recreate"}}});
        fill(Resource::Deployments, &mut object);
        assert_eq!(object["spec"]["strategy"], json!({"type": "Recreate"}));
    }
}
