package fake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Violation is something that an app should not have done.
type Violation struct {
	Rule   string // RuleSecret, RuleToken, or one of the platform's
	Where  string // the call, or what else carried it
	Detail string // without the secret itself
	At     time.Time
}

func (v Violation) String() string { return v.Rule + ": " + v.Where + ": " + v.Detail }

// The rules of every platform.
const (
	RuleSecret = "secret" // a planted secret was said, shown or logged
	RuleToken  = "token"  // a token was shown where none belongs
)

// secrets are what must not come out. They have a lock of their own: logs are
// read while calls are served.
type secrets struct {
	mu  sync.Mutex
	all []string
}

// Plant makes each text a secret: what the app says, answers or logs that holds
// it, be it escaped or divided among pieces, is a violation, and is refused where
// it can be. Texts of fewer than four bytes are ignored.
func (s *Server) Plant(secrets ...string) {
	g := &s.core.secrets
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range secrets {
		if len(p) >= 4 && !slices.Contains(g.all, p) {
			g.all = append(g.all, p)
		}
	}
}

// Leaks reports whether a text holds a planted secret, plain or encoded.
func (k *Core) Leaks(text string) bool {
	k.secrets.mu.Lock()
	defer k.secrets.mu.Unlock()
	if len(k.secrets.all) == 0 {
		return false
	}
	forms := []string{text, k.read(text)}
	if u, err := url.QueryUnescape(text); err == nil {
		forms = append(forms, u)
	}
	var decoded any
	if json.Unmarshal([]byte(text), &decoded) == nil {
		// A secret may be divided among all texts, or among those of one kind.
		var all strings.Builder
		kinds := map[string]*strings.Builder{}
		Walk(decoded, func(key, t string) {
			forms = append(forms, t, k.read(t))
			all.WriteString(t)
			if kinds[key] == nil {
				kinds[key] = &strings.Builder{}
			}
			kinds[key].WriteString(t)
		})
		forms = append(forms, all.String())
		for _, b := range kinds {
			forms = append(forms, b.String())
		}
	}
	for _, f := range forms {
		for _, secret := range k.secrets.all {
			if strings.Contains(f, secret) {
				return true
			}
		}
	}
	return false
}

func (k *Core) read(text string) string {
	if k.config.Read == nil {
		return text
	}
	return k.config.Read(text)
}

// Walk visits every text of a decoded JSON value with its key, which for the
// elements of an array is that of the array: in the order of arrays and keys.
func Walk(x any, visit func(key, text string)) { walk("", x, visit) }

func walk(key string, x any, visit func(key, text string)) {
	switch x := x.(type) {
	case string:
		visit(key, x)
	case []any:
		for _, e := range x {
			walk(key, e, visit)
		}
	case []map[string]any:
		for _, e := range x {
			walk(key, e, visit)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			walk(k, x[k], visit)
		}
	}
}

// Violate records a violation. The caller holds the lock.
func (k *Core) Violate(rule, where, detail string) {
	k.violations = append(k.violations, Violation{rule, where, detail, time.Now()})
	k.Change()
}

// CheckLog reads an app's log, or any other output of it, to its end, and records
// the lines that hold a planted secret or a token of this server as violations.
// It returns what it read. where says what it is.
func (s *Server) CheckLog(where string, r io.Reader) ([]byte, error) {
	k := s.core
	violate := func(rule string, line int, what string) {
		k.Mu.Lock()
		defer k.Mu.Unlock()
		k.Violate(rule, where, fmt.Sprintf("line %d holds %s", line, what))
	}
	var all bytes.Buffer
	lines := bufio.NewReader(io.TeeReader(r, &all))
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if k.Leaks(strings.TrimRight(line, "\r\n")) {
			violate(RuleSecret, n, "a planted secret")
		}
		if k.config.Shows != nil {
			if what := k.config.Shows(line); what != "" {
				violate(RuleToken, n, what)
			}
		}
		if err == io.EOF {
			return all.Bytes(), nil
		}
		if err != nil {
			return all.Bytes(), err
		}
	}
}

// Violations returns what an app should not have done, in order.
func (s *Server) Violations() []Violation {
	s.core.Mu.Lock()
	defer s.core.Mu.Unlock()
	return slices.Clone(s.core.violations)
}
