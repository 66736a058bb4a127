//! The EndpointSlice controller: the addresses of a Service's pods, ready or not.

use crate::kinds::Resource;
use crate::object;
use crate::replicaset_controller::is_ready;
use crate::selector::LabelSelector;
use crate::store::Key;
use crate::world::World;
use serde_json::{Value, json};

const MANAGER: &str = "endpointslice-controller.k8s.io";

impl World {
    /// One slice per Service; the practice cluster's Services stay far under the limit of 100 endpoints that splits them.
    pub(crate) fn sync_endpoints(&mut self, namespace: &str, name: &str) {
        let slice_key = Key::new(Resource::EndpointSlices, namespace, &format!("{name}-practice"));
        let Some(service) = self
            .store
            .get(&Key::new(Resource::Services, namespace, name))
            .cloned()
        else {
            return;
        };
        let selector = LabelSelector::from_labels(object::at(&service, &["spec", "selector"]));
        if selector.is_empty() {
            return;
        }
        let mut endpoints = Vec::new();
        for (_, pod) in self.store.list(Resource::Pods, Some(namespace)) {
            let address = object::text(pod, &["status", "podIP"]);
            if address.is_empty() || !selector.matches_object(pod) {
                continue;
            }
            let deleting = object::is_deleting(pod);
            let serving = is_ready(pod);
            endpoints.push(json!({
                "addresses": [address],
                "conditions": {"ready": serving && !deleting, "serving": serving, "terminating": deleting},
                "nodeName": object::text(pod, &["spec", "nodeName"]),
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": object::name(pod), "uid": object::uid(pod)},
            }));
        }
        let ports: Vec<Value> = object::items(&service, &["spec", "ports"])
            .iter()
            .map(|port| {
                json!({"name": object::text(port, &["name"]), "protocol": "TCP",
                       "port": object::integer(port, &["targetPort"]).or_else(|| object::integer(port, &["port"]))})
            })
            .collect();
        let slice = match self.store.get(&slice_key) {
            Some(slice) => {
                let mut slice = (**slice).clone();
                slice["endpoints"] = json!(endpoints);
                slice["ports"] = json!(ports);
                slice
            }
            None => json!({
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": {
                    "name": slice_key.name, "namespace": namespace,
                    "labels": {"kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": MANAGER},
                    "ownerReferences": [object::controller_reference(&service, "v1", "Service")],
                },
                "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
            }),
        };
        self.write(slice_key, slice, MANAGER, "");
    }
}
