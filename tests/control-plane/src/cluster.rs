//! One control plane: its start, its end, its namespaces.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kube::Client;
use serde_json::Value;
use tempfile::TempDir;

use crate::access::{client_of, configuration};
use crate::certificates::{Authority, signing_key};
use crate::faults::start_part;
use crate::index::Index;
use crate::parts::{Addresses, processes};
use crate::podserver::PodServer;
use crate::process::Process;
use crate::users::{Access, Tokens};
use crate::{
    Error, Options, Part, Prometheus, RELEASER_NAMESPACE, Result, User, folders, namespace, objects,
    prometheus, stages,
};

/// A running control plane. Dropping it ends every process and removes its folder, unless the thread
/// panics or `SLIPWAY_KEEP_CONTROL_PLANE` is set: then the folder with the logs stays.
pub struct ControlPlane {
    // Dropped in this order: the processes end before their folder goes.
    pub(crate) parts: Mutex<BTreeMap<Part, Process>>,
    pub(crate) pods: Option<Arc<PodServer>>,
    folder: Option<TempDir>,
    pub(crate) path: PathBuf,
    pub(crate) options: Options,
    pub(crate) addresses: Addresses,
    pub(crate) authority: Authority,
    pub(crate) tokens: Tokens,
    pub(crate) admin: Client,
    boot_time: Duration,
    namespaces: AtomicU32,
    _index: Index,
}

impl ControlPlane {
    /// Starts a control plane and waits until its nodes are ready, pods get a node, and users have their rights.
    ///
    /// # Errors
    /// `control-plane/outside` without [`enter_namespace`](crate::enter_namespace), `control-plane/not-built` before the build
    /// step, `control-plane/full` when four run already, `control-plane/not-ready` with the end of a part's log.
    pub async fn start(options: Options) -> Result<Self> {
        let started = Instant::now();
        if !namespace::inside() {
            return Err(Error::new(
                "control-plane/outside",
                "this process is in no network namespace of its own",
                "Call control_plane::enter_namespace() at the top of main (harness = false).",
            ));
        }
        let index = Index::take()?;
        let folder = folders::fresh()?;
        let path = folder.path().to_path_buf();
        let addresses = Addresses::choose(index.0)?;
        let authority = Authority::new()?;
        let tokens = Tokens::new();
        let access = Access {
            context: options.context.clone(),
            server: addresses.server(),
            authority: authority.certificate.clone(),
        };
        let admin_config = configuration(&access, &tokens, User::Admin);
        write_files(&path, &authority, &tokens, &admin_config, &options)?;
        let mut parts = processes(&path, &addresses, &options)?;
        for part in [Part::Etcd, Part::ApiServer] {
            start_part(&mut parts, part)?;
        }
        let mut cluster = Self {
            parts: Mutex::new(parts),
            pods: None,
            folder: Some(folder),
            path,
            options,
            addresses,
            authority,
            tokens,
            admin: client_of(&admin_config).await?,
            boot_time: Duration::ZERO,
            namespaces: AtomicU32::new(0),
            _index: index,
        };
        cluster.populate().await?;
        cluster.boot_time = started.elapsed();
        Ok(cluster)
    }

    /// Starts several control planes at the same time, for instance one for each environment.
    ///
    /// # Errors
    /// Those of [`ControlPlane::start`]; the others are ended.
    pub async fn start_all(options: impl IntoIterator<Item = Options>) -> Result<Vec<Self>> {
        futures::future::try_join_all(options.into_iter().map(Self::start)).await
    }

    async fn populate(&mut self) -> Result<()> {
        if self.options.traffic || self.options.prometheus.is_some() {
            self.pods = Some(PodServer::shared()?);
        }
        self.wait_for(Part::ApiServer).await?;
        for part in self.running_parts() {
            start_part(&mut self.lock(), part)?;
        }
        let admin = &self.admin;
        for index in 0..self.options.nodes.max(1) {
            objects::create(admin, "/api/v1/nodes", &objects::node(index)).await?;
        }
        for (path, object) in objects::assignment() {
            objects::create(admin, path, &object).await?;
        }
        let bindings = format!("{}/clusterrolebindings", objects::RBAC);
        objects::create(admin, &bindings, &objects::viewers()).await?;
        self.create_namespace(RELEASER_NAMESPACE).await?;
        self.grant_release(RELEASER_NAMESPACE).await?;
        if self.options.prometheus.is_some() {
            for (path, object) in prometheus::service(&self.addresses) {
                objects::create(admin, &path, &object).await?;
            }
            let (path, status) = prometheus::pod_status(&self.addresses);
            objects::merge(admin, &path, &status).await?;
        }
        if let Some(pods) = &self.pods {
            pods.watch(&self.path.join("admin.kubeconfig"))?;
            pods.wait_ready().await?;
        }
        self.wait(Part::Kwok, "no node is ready", || async {
            let node = objects::get(admin, "/api/v1/nodes/node-0")
                .await
                .unwrap_or_default();
            let conditions = node["status"]["conditions"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            conditions
                .iter()
                .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
        })
        .await?;
        self.wait(Part::ApiServer, "pods get no node", || objects::assigns(admin))
            .await?;
        self.wait(
            Part::ControllerManager,
            "the ClusterRole view stays empty",
            || async {
                let role = objects::get(admin, &format!("{}/clusterroles/view", objects::RBAC)).await;
                role.is_ok_and(|role| role["rules"].as_array().is_some_and(|rules| !rules.is_empty()))
            },
        )
        .await?;
        if self.options.prometheus.is_some() {
            self.wait_for(Part::Prometheus).await?;
        }
        Ok(())
    }

    /// How long the start took, from nothing to ready.
    pub fn boot_time(&self) -> Duration {
        self.boot_time
    }

    /// The folder with everything this control plane keeps, logs included.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// The API server's URL.
    pub fn server(&self) -> String {
        self.addresses.server()
    }

    /// The name of the context in this control plane's kubeconfigs.
    pub fn context(&self) -> &str {
        &self.options.context
    }

    /// A new namespace with a name that no test had before. Deleting one takes seconds: leave it.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn fresh_namespace(&self) -> Result<String> {
        let name = format!("test-{}", self.namespaces.fetch_add(1, Ordering::Relaxed) + 1);
        self.create_namespace(&name).await?;
        Ok(name)
    }

    /// Creates a namespace with this name; one that exists is fine.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn create_namespace(&self, name: &str) -> Result<()> {
        objects::create(&self.admin, "/api/v1/namespaces", &objects::namespace(name))
            .await
            .map(|_| ())
    }

    /// Lets [`User::Releaser`] release in this namespace: a Role with the verbs that a release needs, and no others.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn grant_release(&self, namespace: &str) -> Result<()> {
        self.grant(namespace, objects::release_rights()).await
    }

    /// Lets [`User::Stranger`] release in this namespace, but use neither Leases nor ConfigMaps there.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn grant_release_alone(&self, namespace: &str) -> Result<()> {
        self.grant(namespace, objects::release_rights_alone()).await
    }

    async fn grant(&self, namespace: &str, (role, binding): (Value, Value)) -> Result<()> {
        let path = format!("{}/namespaces/{namespace}", objects::RBAC);
        objects::create(&self.admin, &format!("{path}/roles"), &role).await?;
        objects::create(&self.admin, &format!("{path}/rolebindings"), &binding)
            .await
            .map(|_| ())
    }

    /// The Prometheus, if the options asked for one.
    ///
    /// # Errors
    /// `control-plane/no-prometheus`.
    pub fn prometheus(&self) -> Result<Prometheus> {
        self.options
            .prometheus
            .map(|_| Prometheus::new(&self.addresses))
            .ok_or_else(|| {
                Error::new(
                    "control-plane/no-prometheus",
                    "this control plane was started without Prometheus",
                    "Start it with Options::with_prometheus.",
                )
            })
    }

    pub(crate) fn admin(&self) -> &Client {
        &self.admin
    }

    pub(crate) fn has_traffic(&self) -> bool {
        self.pods.is_some()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, BTreeMap<Part, Process>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for ControlPlane {
    /// Without its keys and tokens.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ControlPlane")
            .field("context", &self.options.context)
            .field("server", &self.addresses.server())
            .field("folder", &self.path)
            .finish_non_exhaustive()
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        if let Some(pods) = &self.pods {
            pods.forget(&self.path.join("admin.kubeconfig"));
        }
        self.lock().values_mut().for_each(Process::kill);
        let keep = std::thread::panicking() || std::env::var_os("SLIPWAY_KEEP_CONTROL_PLANE").is_some();
        if let Some(folder) = self.folder.take().filter(|_| keep) {
            let _ = folder.keep();
        }
    }
}

fn write_files(
    folder: &Path,
    authority: &Authority,
    tokens: &Tokens,
    admin_config: &str,
    options: &Options,
) -> Result<()> {
    let server = authority.server(&["127.0.0.1", "localhost"])?;
    let (private, public) = signing_key()?;
    folders::write(&folder.join("ca.crt"), &authority.certificate)?;
    folders::write(&folder.join("server.crt"), server.certificate)?;
    folders::write(&folder.join("server.key"), server.key)?;
    folders::write(&folder.join("sa.key"), private)?;
    folders::write(&folder.join("sa.pub"), public)?;
    folders::write(&folder.join("tokens.csv"), tokens.file())?;
    folders::write(&folder.join("admin.kubeconfig"), admin_config)?;
    folders::write(&folder.join("kwok.yaml"), stages::configuration()?)?;
    if let Some(interval) = options.prometheus {
        let text = prometheus::configuration(&folder.join("admin.kubeconfig"), interval);
        folders::write(&folder.join("prometheus.yaml"), text)?;
    }
    Ok(())
}
