//! One control plane: its start, its end, and what can be done to its parts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kube::Client;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::certificates::{Authority, signing_key};
use crate::parts::{Addresses, processes};
use crate::podserver::PodServer;
use crate::process::Process;
use crate::users::{Access, Tokens, certificate_credentials, kubeconfig, token_credentials};
use crate::{Error, Part, Prometheus, Result, User, folders, namespace, objects, prometheus, stages};

/// The namespace in which [`User::Releaser`] may release from the start.
pub const RELEASER_NAMESPACE: &str = "shop";

/// How long a part may take to answer. A start takes three seconds on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long to wait before asking again.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// What to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of the context and cluster in kubeconfigs.
    pub context: String,
    /// How many nodes; at least one. Only DaemonSets use more than the first.
    pub nodes: u16,
    /// The interval at which a Prometheus scrapes every pod, or none for no Prometheus.
    pub prometheus: Option<Duration>,
    /// Whether the pods answer HTTP; with a Prometheus they always do. Without it a start is a little quicker and nothing watches all pods.
    pub traffic: bool,
}

impl Default for Options {
    /// One node, pods that answer, no Prometheus.
    fn default() -> Self {
        Self {
            context: "test".to_owned(),
            nodes: 1,
            prometheus: None,
            traffic: true,
        }
    }
}

impl Options {
    /// The default with another context's name.
    pub fn named(context: &str) -> Self {
        Self {
            context: context.to_owned(),
            ..Self::default()
        }
    }

    /// With a Prometheus that scrapes every pod once a second.
    pub fn with_prometheus(mut self) -> Self {
        self.prometheus = Some(Duration::from_secs(1));
        self
    }

    /// With pods that do not answer.
    pub fn without_traffic(mut self) -> Self {
        self.traffic = false;
        self
    }
}

/// A running control plane. Dropping it ends every process and removes its folder, unless the thread
/// panics or `SLIPWAY_KEEP_CONTROL_PLANE` is set: then the folder with the logs stays.
pub struct ControlPlane {
    // Dropped in this order: the processes end before their folder goes.
    parts: Mutex<BTreeMap<Part, Process>>,
    pods: Option<Arc<PodServer>>,
    folder: Option<TempDir>,
    path: PathBuf,
    options: Options,
    addresses: Addresses,
    authority: Authority,
    tokens: Tokens,
    admin: Client,
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

    /// A user's bearer token.
    pub fn token(&self, user: User) -> &str {
        self.tokens.of(user)
    }

    /// A kubeconfig with one context for this user, as text.
    pub fn kubeconfig(&self, user: User) -> String {
        configuration(&self.access(), &self.tokens, user)
    }

    /// The kubeconfig's file, written at the first call.
    ///
    /// # Errors
    /// `control-plane/file`.
    pub fn kubeconfig_file(&self, user: User) -> Result<PathBuf> {
        let file = self.path.join(format!("{}.kubeconfig", user.name()));
        if !file.exists() {
            folders::write(&file, self.kubeconfig(user))?;
        }
        Ok(file)
    }

    /// A kubeconfig in which the user shows a client certificate instead of a token; one that ended in 2021 if
    /// `expired`.
    ///
    /// # Errors
    /// `control-plane/certificates`.
    pub fn kubeconfig_with_certificate(&self, user: User, expired: bool) -> Result<String> {
        let identity = self.authority.client(user.name(), user.group(), expired)?;
        Ok(kubeconfig([(
            &self.access(),
            user.name().to_owned(),
            certificate_credentials(&identity),
        )]))
    }

    /// One kubeconfig with a context for each of these clusters; the first is the current one.
    pub fn kubeconfig_of_all<'a>(clusters: impl IntoIterator<Item = &'a ControlPlane>, user: User) -> String {
        let accesses: Vec<_> = clusters
            .into_iter()
            .map(|cluster| (cluster.access(), token_credentials(cluster.tokens.of(user))))
            .collect();
        kubeconfig(
            accesses
                .iter()
                .map(|(access, credentials)| (access, user.name().to_owned(), credentials.clone())),
        )
    }

    /// A new client for this user, with connections of its own.
    ///
    /// # Errors
    /// `control-plane/kubernetes`.
    pub async fn client(&self, user: User) -> Result<Client> {
        client_of(&self.kubeconfig(user)).await
    }

    /// The `kubectl` of the same version as the API server, ready to be given arguments.
    ///
    /// # Errors
    /// `control-plane/not-built` and `control-plane/file`.
    pub fn kubectl_command(&self, user: User) -> Result<Command> {
        let mut command = Command::new(folders::program("kubectl")?);
        command
            .env("KUBECONFIG", self.kubeconfig_file(user)?)
            .env("HOME", &self.path)
            .stdin(std::process::Stdio::null());
        Ok(command)
    }

    /// Runs `kubectl` to its end and returns what it printed.
    ///
    /// # Errors
    /// `control-plane/kubectl` with what it printed on standard error.
    pub async fn kubectl(&self, user: User, args: &[&str]) -> Result<String> {
        let mut command = tokio::process::Command::from(self.kubectl_command(user)?);
        let failed = |cause: String| {
            Error::new(
                "control-plane/kubectl",
                format!("kubectl {}: {cause}", args.join(" ")),
                "Run it by hand with SLIPWAY_KEEP_CONTROL_PLANE=1.",
            )
        };
        let output = command
            .args(args)
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|cause| failed(cause.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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
        let (role, binding) = objects::release_rights();
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

    /// Stops a part where it is (SIGSTOP): its connections stay open and nothing answers, like a hung server.
    ///
    /// # Errors
    /// `control-plane/not-running`.
    pub fn hang(&self, part: Part) -> Result<()> {
        self.signal(part, Signal::STOP)
    }

    /// Lets a hung part go on (SIGCONT).
    ///
    /// # Errors
    /// `control-plane/not-running`.
    pub fn resume(&self, part: Part) -> Result<()> {
        self.signal(part, Signal::CONT)
    }

    /// Ends a part at once (SIGKILL): its connections break and new ones are refused.
    pub fn kill(&self, part: Part) {
        if let Some(process) = self.lock().get_mut(&part) {
            process.kill();
        }
    }

    /// Starts a part again on the same ports and data, ending it first if it runs, and waits until it answers.
    ///
    /// # Errors
    /// `control-plane/not-ready` with the end of the part's log.
    pub async fn restart(&self, part: Part) -> Result<()> {
        self.kill(part);
        start_part(&mut self.lock(), part)?;
        self.wait_for(part).await
    }

    /// A part's process id, for instance to read its memory.
    pub fn pid(&self, part: Part) -> Option<u32> {
        self.lock().get(&part).and_then(Process::pid)
    }

    /// A part's log file; restarts add to it.
    pub fn log(&self, part: Part) -> PathBuf {
        self.path.join(format!("{}.log", part.name()))
    }

    fn running_parts(&self) -> Vec<Part> {
        self.lock()
            .keys()
            .copied()
            .filter(|part| !matches!(part, Part::Etcd | Part::ApiServer))
            .collect()
    }

    fn signal(&self, part: Part, signal: Signal) -> Result<()> {
        self.lock()
            .get_mut(&part)
            .map_or_else(|| Err(absent(part)), |process| process.signal(signal))
    }

    async fn wait_for(&self, part: Part) -> Result<()> {
        let message = format!("{} does not answer", part.name());
        match part {
            Part::Etcd | Part::ApiServer => {
                let ready = || async {
                    let request = hyper::Request::get("/readyz").body(Vec::new());
                    match request {
                        Ok(request) => self.admin.request_text(request).await.is_ok(),
                        Err(_) => false,
                    }
                };
                self.wait(part, &message, ready).await
            }
            Part::ControllerManager => {
                let port = self.addresses.controller_manager;
                let ready = || async { tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() };
                self.wait(part, &message, ready).await
            }
            // It listens nowhere; that it runs is all there is to see.
            Part::Kwok => self.wait(part, &message, || async { true }).await,
            Part::Prometheus => {
                let prometheus = self.prometheus()?;
                self.wait(part, &message, || prometheus.is_ready()).await
            }
        }
    }

    /// Asks until the answer is yes, while the part runs and has time.
    async fn wait<F: Future<Output = bool>>(
        &self,
        part: Part,
        message: &str,
        ready: impl Fn() -> F,
    ) -> Result<()> {
        let started = Instant::now();
        loop {
            if tokio::time::timeout(Duration::from_secs(2), ready())
                .await
                .unwrap_or(false)
            {
                return Ok(());
            }
            let failed = |what: &str, tail: String| {
                Error::new(
                    "control-plane/not-ready",
                    format!("{message}: {what}\n{tail}"),
                    "Read the log; on a very busy machine try again.",
                )
            };
            let mut parts = self.lock();
            let process = parts.get_mut(&part).ok_or_else(|| absent(part))?;
            if !process.is_running() {
                return Err(failed("the process ended", process.tail()));
            }
            if started.elapsed() > PATIENCE {
                return Err(failed(&format!("gave up after {PATIENCE:?}"), process.tail()));
            }
            drop(parts);
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn access(&self) -> Access {
        Access {
            context: self.options.context.clone(),
            server: self.addresses.server(),
            authority: self.authority.certificate.clone(),
        }
    }

    pub(crate) fn admin(&self) -> &Client {
        &self.admin
    }

    pub(crate) fn has_traffic(&self) -> bool {
        self.pods.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Part, Process>> {
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

fn absent(part: Part) -> Error {
    Error::new(
        "control-plane/no-part",
        format!("this control plane has no {}", part.name()),
        "Ask for it in the options.",
    )
}

fn start_part(parts: &mut BTreeMap<Part, Process>, part: Part) -> Result<()> {
    parts
        .get_mut(&part)
        .map_or_else(|| Err(absent(part)), Process::start)
}

fn configuration(access: &Access, tokens: &Tokens, user: User) -> String {
    kubeconfig([(access, user.name().to_owned(), token_credentials(tokens.of(user)))])
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

pub(crate) async fn client_of(kubeconfig: &str) -> Result<Client> {
    let failed = |cause: &dyn std::fmt::Display| Error::kubernetes("making a client", cause);
    let parsed = kube::config::Kubeconfig::from_yaml(kubeconfig).map_err(|cause| failed(&cause))?;
    let config = kube::Config::from_custom_kubeconfig(parsed, &kube::config::KubeConfigOptions::default())
        .await
        .map_err(|cause| failed(&cause))?;
    Client::try_from(config).map_err(|cause| failed(&cause))
}

/// Which of the pod networks a control plane has; given back when it ends.
#[derive(Debug)]
struct Index(u8);

static TAKEN: Mutex<[bool; 4]> = Mutex::new([false; 4]);

impl Index {
    fn take() -> Result<Self> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let free = taken.iter().position(|taken| !taken).ok_or_else(|| {
            Error::new(
                "control-plane/full",
                "four control planes run already",
                "Drop one before starting another.",
            )
        })?;
        taken[free] = true;
        Ok(Self(u8::try_from(free).unwrap_or_default()))
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        TAKEN.lock().unwrap_or_else(PoisonError::into_inner)[usize::from(self.0)] = false;
    }
}
