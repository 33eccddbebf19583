package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if s := os.Getenv(servingEnv); s != "" {
		os.Exit(serveForTest(s))
	}
	testscript.Main(m, map[string]func(){"authfix": main})
}

// TestScripts runs the command line as a person uses it: the scripts in
// testdata/script are also its documentation.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}
