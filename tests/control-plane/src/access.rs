//! The ways in: kubeconfigs, clients and `kubectl`, for each user.

use std::path::PathBuf;
use std::process::Command;

use kube::Client;

use crate::users::{Access, Tokens, certificate_credentials, kubeconfig, token_credentials};
use crate::{ControlPlane, Error, Result, User, folders};

impl ControlPlane {
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

    pub(crate) fn access(&self) -> Access {
        Access {
            context: self.options.context.clone(),
            server: self.addresses.server(),
            authority: self.authority.certificate.clone(),
        }
    }
}

pub(crate) fn configuration(access: &Access, tokens: &Tokens, user: User) -> String {
    kubeconfig([(access, user.name().to_owned(), token_credentials(tokens.of(user)))])
}

pub(crate) async fn client_of(kubeconfig: &str) -> Result<Client> {
    let failed = |cause: &dyn std::fmt::Display| Error::kubernetes("making a client", cause);
    let parsed = kube::config::Kubeconfig::from_yaml(kubeconfig).map_err(|cause| failed(&cause))?;
    let config = kube::Config::from_custom_kubeconfig(parsed, &kube::config::KubeConfigOptions::default())
        .await
        .map_err(|cause| failed(&cause))?;
    Client::try_from(config).map_err(|cause| failed(&cause))
}
