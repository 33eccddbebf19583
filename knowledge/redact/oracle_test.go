package redact

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
)

// TestOracle checks against a general detector: whatever secret it finds in a
// corpus of planted ones is gone from Text.
func TestOracle(t *testing.T) {
	logging.Logger = logging.Logger.Level(7) // zerolog.Disabled
	oracle, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	rules := map[string]int{}
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 11))
		all := samples(r)
		for i, s := range all {
			for k, around := range surroundings {
				if around.cut > 0 || (i+k)%3 != 0 {
					continue
				}
				in := around.wrap(s, all[r.IntN(len(all))])
				out := string(New(State{Key: []byte("test")}).Text(in))
				for _, f := range oracle.DetectString(in) {
					found++
					rules[f.RuleID]++
					secret := f.Secret
					if f.RuleID == "slack-webhook-url" { // host and workspace stay
						secret = secret[strings.LastIndex(secret, "/")+1:]
					}
					if shown(out, secret) {
						t.Errorf("%s finds %q in %q, Text shows it: %q", f.RuleID, f.Secret, in, out)
					}
				}
			}
		}
	}
	if found < 500 || len(rules) < 20 {
		t.Errorf("the oracle found %d secrets by %d rules: the corpus says nothing", found, len(rules))
	}
	t.Logf("%d secrets by %d rules", found, len(rules))
}

// shown reports whether out has the secret, or twelve bytes in a row of a long one
// that are no part of a placeholder or a name.
func shown(out, secret string) bool {
	if strings.Contains(out, secret) {
		return true
	}
	const window = 16
	for i := 0; i+window <= len(secret); i++ {
		if w := secret[i : i+window]; strings.Contains(out, w) && varied([]byte(w)) && strings.ContainsAny(w, numbers) {
			return true
		}
	}
	return false
}
