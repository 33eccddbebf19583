package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkColdStart is the whole program, from its start to its answer: the
// built binary, run anew each time.
func BenchmarkColdStart(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "authfix")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		if out, err := exec.Command(binary, "diagnose", "oauth_problem=timestamp_refused").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
