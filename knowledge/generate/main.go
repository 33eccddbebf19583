// Generate compiles the failure modes, questions and topics of package
// knowledge into the file that is embedded in the program. It is run by `make
// generate`, in the repository's root.
package main

import (
	"fmt"
	"os"

	"authfix/knowledge"
)

func main() {
	if err := knowledge.Generate("knowledge"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
