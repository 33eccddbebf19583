package redact

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// TestKeep checks that no line of testdata/keep.txt is touched: what looks like a
// secret and is evidence. A file of the archive names the kind it is a near miss of.
func TestKeep(t *testing.T) {
	a, err := txtar.ParseFile(filepath.Join("testdata", "keep.txt"))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]int{}
	for _, f := range a.Files {
		for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
			have[f.Name]++
			if got := string(New(State{}).Text(line)); got != line {
				t.Errorf("%s: Text(%q) = %q, want it unchanged", f.Name, line, got)
			}
		}
		whole := string(f.Data)
		if got := string(New(State{}).Text(whole)); got != whole {
			t.Errorf("%s: its lines together become %q", f.Name, got)
		}
	}
	for _, r := range Rules() {
		if have[r.Kind] < 2 {
			t.Errorf("kind %s: %d near misses in testdata/keep.txt, want at least 2", r.Kind, have[r.Kind])
		}
	}
}

// TestRules checks the rules themselves.
func TestRules(t *testing.T) {
	kinds := map[string]bool{}
	for _, r := range Rules() {
		if kinds[r.Kind] {
			t.Errorf("kind %s twice", r.Kind)
		}
		kinds[r.Kind] = true
		if r.Doc == "" || r.Revoke == "" || !strings.HasSuffix(r.Revoke, ".") {
			t.Errorf("kind %s: doc %q, revoke %q: want both, revoke as a sentence", r.Kind, r.Doc, r.Revoke)
		}
		for _, a := range r.anchors {
			if len(a) < 3 || !r.exact && a != strings.ToLower(a) {
				t.Errorf("kind %s: anchor %q: want at least 3 bytes, lower case unless exact", r.Kind, a)
			}
		}
		if (len(r.anchors) == 0) != (r.read == nil) {
			t.Errorf("kind %s: anchors without a reader, or a reader without anchors", r.Kind)
		}
	}
	if len(kinds) < 40 {
		t.Errorf("%d kinds, want at least 40", len(kinds))
	}
}

// pieces are what the properties build texts of.
func pieces() []string {
	var out []string
	for _, s := range samples(rand.New(rand.NewPCG(3, 3))) {
		out = append(out, s.text(), s.before, s.secret(), s.after)
	}
	return append(out, "\n", " ", "=", ":", `"`, `\"`, "'", "&", "%3D", "%22", "‹", "›", "‹password#1›", "‹jwt#2›", "://", "@", "a.b", "password", "token", "{", "}", ",", ";", "xxxx", "\xff", "密码", "***")
}

// TestIdempotent checks that what went through once comes out the same again,
// from the same Redactor and from one that continues its case.
func TestIdempotent(t *testing.T) {
	parts := pieces()
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 8).Draw(t, "parts"), "")
		r := New(State{Key: []byte("test")})
		once := r.Text(in)
		if twice := r.Text(string(once)); twice != once {
			t.Fatalf("Text(%q) = %q, and Text of that = %q", in, once, twice)
		}
		if again := New(r.State()).Text(string(once)); again != once {
			t.Fatalf("Text(%q) = %q, and of that in a later message = %q", in, once, again)
		}
	})
}

// TestFollowUp checks that a case keeps its numbers, and that one secret has one
// placeholder whatever its encoding.
func TestFollowUp(t *testing.T) {
	one, two := "gh"+"u_16C7e42F292c6912E7710c838347Ae178B4a", "gh"+"u_99C7e42F292c6912E7710c838347Ae178B4b"
	r := New(State{})
	first := r.Text("used " + one + " then " + two)
	if want := Text("used ‹github-user-token#1› then ‹github-user-token#2›"); first != want {
		t.Fatalf("Text = %q, want %q", first, want)
	}
	later := New(r.State())
	if got, want := later.Text("again "+two), Text("again ‹github-user-token#2›"); got != want {
		t.Errorf("a later message: Text = %q, want %q", got, want)
	}
	if got, want := later.Ledger(), []Entry{{Kind: "github-user-token", Placeholder: "‹github-user-token#2›"}}; !slices.Equal(got, want) {
		t.Errorf("Ledger = %v, want %v", got, want)
	}
	if other := New(State{}); string(other.State().Key) == string(r.State().Key) {
		t.Error("two cases share a key")
	}
	r = New(State{Key: []byte("test")})
	plain := r.Learn("password", `p/ss "w&rd"9`)
	for _, form := range []string{`p%2Fss+%22w%26rd%229`, `p%2fss+%22w%26rd%229`, `p/ss \"w&rd\"9`, `p/ss &#34;w&amp;rd&#34;9`} {
		if got := r.Text("x " + form + " y"); got != Text("x "+plain+" y") {
			t.Errorf("Text(%q) = %q, want the placeholder alone", form, got)
		}
	}
	if got := r.Learn("password", `p%2Fss%20%22w%26rd%229`); got != plain {
		t.Errorf("Learn of the encoded form = %s, want %s", got, plain)
	}
}

// TestParts checks that parts of a learned secret go too, and words of it stay.
func TestParts(t *testing.T) {
	r := New(State{Key: []byte("test")})
	secret := "Kx7" + "vQ2mPz9LrT4wYb8NcE5sHd"
	p := r.Learn("secret", secret)
	for in, want := range map[string]string{
		"…" + secret[9:] + " refused":                        "…" + p + " refused",
		"sent " + secret[:12] + "…":                          "sent " + p + "…",
		"mid " + secret[5:17] + " x":                         "mid " + p + " x",
		"short " + secret[:5]:                                "short " + secret[:5],
		"https://jira.example.com/password/x-authentication": "https://jira.example.com/password/x-authentication",
	} {
		if got := string(r.Text(in)); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
	r.Learn("password", "confluence")
	r.Learn("password", "password123456")
	if in := "Confluence at confluence refused the password"; string(r.Text(in)) != in {
		t.Errorf("Text(%q) = %q: a word that is somebody's password must stay", in, r.Text(in))
	}
	basic := encoded("svc-jira:Zx81kLm2Qw77")
	r.Text("Authorization: Basic " + basic)
	if got := string(r.Text("login of svc-jira with Zx81kLm2Qw77 failed")); strings.Contains(got, "Zx81") || !strings.Contains(got, "svc-jira") {
		t.Errorf("the password inside %s: Text = %q", basic, got)
	}
}

func FuzzRedact(f *testing.F) {
	for _, p := range pieces() {
		f.Add(p)
	}
	data, err := os.ReadFile(filepath.Join("testdata", "keep.txt"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Fuzz(func(t *testing.T, in string) {
		r := New(State{Key: []byte("test")})
		once := r.Text(in)
		if twice := r.Text(string(once)); twice != once {
			t.Fatalf("Text(%q) = %q, and Text of that = %q", in, once, twice)
		}
		last := 0
		for _, found := range find([]byte(in), deepest) {
			if found.Start < last || found.End <= found.Start || found.End > len(in) {
				t.Fatalf("find(%q): %v after %d", in, found, last)
			}
			last = found.End
		}
	})
}
