//! The parts of a control plane and their command lines.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::process::Process;
use crate::{Error, Options, Result, folders};

/// A process of the control plane that can be hung, killed and restarted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The store. Its data survive a restart of any part.
    Etcd,
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager: Deployments, ReplicaSets, EndpointSlices and the rest.
    ControllerManager,
    /// The nodes, which pretend to run pods.
    Kwok,
    /// Prometheus, if the options asked for it.
    Prometheus,
}

impl Part {
    /// The part's name, and that of its log file.
    pub fn name(self) -> &'static str {
        match self {
            Part::Etcd => "etcd",
            Part::ApiServer => "kube-apiserver",
            Part::ControllerManager => "kube-controller-manager",
            Part::Kwok => "kwok",
            Part::Prometheus => "prometheus",
        }
    }
}

/// The controllers that native releases meet; each one left out makes the start quicker. Without
/// clusterrole-aggregation the ClusterRoles view, edit and admin stay empty.
const CONTROLLERS: [&str; 14] = [
    "clusterrole-aggregation",
    "cronjob",
    "daemonset",
    "deployment",
    "disruption",
    "endpointslice",
    "garbage-collector",
    "horizontal-pod-autoscaler",
    "job",
    "namespace",
    "pod-garbage-collector",
    "replicaset",
    "resourcequota",
    "statefulset",
];

/// Where one control plane listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) api_server: u16,
    pub(crate) etcd: u16,
    etcd_peer: u16,
    pub(crate) controller_manager: u16,
    /// The pods have 10.N.0.0/16.
    network: u8,
}

impl Addresses {
    /// Free ports for the cluster with this index (0 to 3) in the namespace.
    pub(crate) fn choose(index: u8) -> Result<Self> {
        // All are held until all are chosen, so that none is chosen twice.
        let held: Vec<TcpListener> = (0..4)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .collect::<std::io::Result<_>>()
            .map_err(no_ports)?;
        let ports: Vec<u16> = held
            .iter()
            .map(|listener| Ok(listener.local_addr()?.port()))
            .collect::<std::io::Result<_>>()
            .map_err(no_ports)?;
        let [api_server, etcd, etcd_peer, controller_manager] = ports[..] else {
            return Err(no_ports("no ports"));
        };
        Ok(Self {
            api_server,
            etcd,
            etcd_peer,
            controller_manager,
            network: 244 + index,
        })
    }

    pub(crate) fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.api_server)
    }

    fn pod_network(&self) -> String {
        format!("10.{}.0.0/16", self.network)
    }

    /// Prometheus has an address like a pod's, because the API server's service proxy refuses loopback addresses.
    /// KWOK gives addresses from the low end, so the high end stays free.
    pub(crate) fn prometheus(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, self.network, 255, 250)
    }

    fn node(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, self.network, 255, 254)
    }
}

fn no_ports(cause: impl std::fmt::Display) -> Error {
    Error::new(
        "control-plane/ports",
        format!("no free ports: {cause}"),
        "End what holds them.",
    )
}

/// The port on which Prometheus listens on its own address.
pub(crate) const PROMETHEUS_PORT: u16 = 9090;

/// The processes, not started yet. `folder` holds the files that `ControlPlane::start` wrote.
pub(crate) fn processes(
    folder: &Path,
    addresses: &Addresses,
    options: &Options,
) -> Result<BTreeMap<Part, Process>> {
    let mut parts = BTreeMap::new();
    let mut add = |part: Part, program: &str, args: Vec<String>| -> Result<()> {
        let mut process = Process::new(part.name(), folders::program(program)?, args, folder);
        if part == Part::Kwok {
            // It looks for a configuration of its own in the home folder.
            process = process.env("HOME", folder.display().to_string());
        }
        parts.insert(part, process);
        Ok(())
    };
    add(Part::Etcd, "etcd", etcd(folder, addresses))?;
    add(Part::ApiServer, "kube-apiserver", api_server(folder, addresses))?;
    add(
        Part::ControllerManager,
        "kube-controller-manager",
        controller_manager(folder, addresses),
    )?;
    add(Part::Kwok, "kwok", kwok(folder, addresses))?;
    if options.prometheus.is_some() {
        add(Part::Prometheus, "prometheus", prometheus(folder, addresses))?;
    }
    Ok(parts)
}

fn file(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn etcd(folder: &Path, addresses: &Addresses) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", addresses.etcd);
    let peer = format!("http://127.0.0.1:{}", addresses.etcd_peer);
    vec![
        format!("--data-dir={}", file(folder, "etcd")),
        "--name=s".to_owned(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=s={peer}"),
        // The data are thrown away with the folder: only a loss of power could need the sync.
        "--unsafe-no-fsync".to_owned(),
        "--quota-backend-bytes=8589934592".to_owned(),
        "--log-level=warn".to_owned(),
    ]
}

fn api_server(folder: &Path, addresses: &Addresses) -> Vec<String> {
    let file = |name| file(folder, name);
    vec![
        format!("--etcd-servers=http://127.0.0.1:{}", addresses.etcd),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", addresses.api_server),
        // There is no default route to find an address by.
        "--advertise-address=10.0.0.1".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--tls-cert-file={}", file("server.crt")),
        format!("--tls-private-key-file={}", file("server.key")),
        format!("--client-ca-file={}", file("ca.crt")),
        format!("--cert-dir={}", file("api-server")),
        // Room for a Service for each of a thousand applications.
        "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--allow-privileged".to_owned(),
        // Nobody makes service accounts here; and without a node lifecycle controller nobody would take the not-ready
        // taint away again.
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
        "--service-account-issuer=https://slip.test".to_owned(),
        format!("--service-account-key-file={}", file("sa.pub")),
        format!("--service-account-signing-key-file={}", file("sa.key")),
        format!("--token-auth-file={}", file("tokens.csv")),
    ]
}

fn controller_manager(folder: &Path, addresses: &Addresses) -> Vec<String> {
    let controllers: Vec<_> = CONTROLLERS
        .iter()
        .map(|name| format!("{name}-controller"))
        .collect();
    vec![
        format!("--kubeconfig={}", file(folder, "admin.kubeconfig")),
        "--leader-elect=false".to_owned(),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", addresses.controller_manager),
        format!("--cert-dir={}", file(folder, "controller-manager")),
        format!("--controllers={}", controllers.join(",")),
        "--kube-api-qps=2000".to_owned(),
        "--kube-api-burst=4000".to_owned(),
        "--concurrent-deployment-syncs=20".to_owned(),
        "--concurrent-replicaset-syncs=20".to_owned(),
        "--concurrent-gc-syncs=20".to_owned(),
        "--concurrent-service-endpoint-syncs=10".to_owned(),
    ]
}

fn kwok(folder: &Path, addresses: &Addresses) -> Vec<String> {
    vec![
        format!("--config={}", file(folder, "kwok.yaml")),
        format!("--kubeconfig={}", file(folder, "admin.kubeconfig")),
        "--manage-all-nodes".to_owned(),
        format!("--cidr={}", addresses.pod_network()),
        format!("--node-ip={}", addresses.node()),
    ]
}

fn prometheus(folder: &Path, addresses: &Addresses) -> Vec<String> {
    vec![
        format!("--config.file={}", file(folder, "prometheus.yaml")),
        format!("--storage.tsdb.path={}", file(folder, "prometheus")),
        format!(
            "--web.listen-address={}:{PROMETHEUS_PORT}",
            addresses.prometheus()
        ),
        // New pods are scraped a second after they are found, instead of five.
        "--scrape.discovery-reload-interval=1s".to_owned(),
        "--log.level=warn".to_owned(),
    ]
}
