package analyze

import (
	"path/filepath"
	"testing"
)

// TestAll holds every analyzer of the list to the contract of [Analyzer].
func TestAll(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range All() {
		if a.Name == "" || seen[a.Name] {
			t.Errorf("name %q is empty or taken", a.Name)
		}
		seen[a.Name] = true
		if a.Doc == "" || a.Run == nil || len(a.Keywords) == 0 {
			t.Errorf("%s lacks a doc, keywords or Run", a.Name)
		}
		for _, k := range a.Keywords {
			if len(k) < 3 || k != asciiLower(k) {
				t.Errorf("%s: keyword %q is under 3 bytes or has an ASCII capital", a.Name, k)
			}
		}
		files, err := filepath.Glob(filepath.Join("testdata", a.Name, "*.txt"))
		if err != nil || len(files) == 0 {
			t.Errorf("analyzer %s has no testdata/%s/*.txt (%v)", a.Name, a.Name, err)
		}
	}
}
