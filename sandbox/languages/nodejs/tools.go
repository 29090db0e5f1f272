//go:build tools

// Package nodejs pins the language host that is built.
package nodejs

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
