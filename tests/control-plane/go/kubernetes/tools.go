//go:build tools

// Package tools names the commands that the control plane for tests is made of, so that
// go.mod and go.sum hold everything their builds need.
package tools

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
