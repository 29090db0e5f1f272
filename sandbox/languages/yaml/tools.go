//go:build tools

package languages

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
