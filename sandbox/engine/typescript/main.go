// Command typescript writes what `pulumi package add` adds to a TypeScript program: the package, from
// the schema on the standard input, into the folder that is given.
//
// The engine leaves that to the language's host, and the official one comes with `pulumi` alone.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// noOther stands for the packages that a schema refers to: ours refers to none.
type noOther struct{ schema.ReferenceLoader }

func main() {
	var spec schema.PackageSpec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		log.Fatal(err)
	}
	bound, problems, err := schema.BindSpec(spec, noOther{}, schema.ValidationOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if problems.HasErrors() {
		log.Fatal(problems)
	}
	files, err := nodejs.GeneratePackage("pulumi", bound, nil, nil, true, noOther{})
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range files {
		file := filepath.Join(os.Args[1], name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
