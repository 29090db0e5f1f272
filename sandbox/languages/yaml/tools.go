//go:build tools

// Package yaml pins the language host that is built.
package yaml

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
