//go:build tools

// Package engine pins the Pulumi engine that is built where no `pulumi` can be had otherwise.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
