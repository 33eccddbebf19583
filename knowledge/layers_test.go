package knowledge

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func sourcesOf(t *testing.T, archive string) *Sources {
	t.Helper()
	s := &Sources{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if complaints := s.add(f.Name, f.Data); len(complaints) > 0 {
			t.Fatal(complaints)
		}
	}
	if err := s.verdict(nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// mode writes a failure mode that one literal recognises.
func modeYAML(id, formerly, title, gives, literal, more string) string {
	return "-- " + id + ".yaml --\nid: " + id + "\nformerly: [" + formerly + "]\ntitle: " + title + "\nsystems: [Acme]\nseverity: high\nversion: 1\ncause: It is so.\neffect: It is seen.\n" +
		"signatures:\n  - gives: " + gives + "\n    all:\n      - literal: " + literal + "\n" + more
}

func leadOf(t *testing.T, b *Base, text string) string {
	t.Helper()
	d, err := b.Diagnose(Input{Text: []byte(text), Now: testNow})
	if err != nil {
		t.Error(err) // not Fatal: also called beside the test's goroutine
	}
	return led(d)
}

func TestLayers(t *testing.T) {
	base, err := New(sourcesOf(t, modeYAML("acme-one", "acme-old", "One of the base", "certain", "ACME_FAILURE_ONE", "")+
		modeYAML("acme-two", "", "Two of the base", "certain", "ACME_FAILURE_TWO", "over: [acme-one]\n")+
		modeYAML("acme-three", "", "Three of the base", "likely", "ACME_FAILURE_THREE", "")))
	if err != nil {
		t.Fatal(err)
	}
	outline := func(b *Base) string {
		var all []string
		for _, l := range b.List("") {
			all = append(all, l.ID+" "+l.Title)
		}
		for _, text := range []string{"ACME_FAILURE_ONE", "ACME_FAILURE_TWO", "ACME_FAILURE_ONE ACME_FAILURE_TWO", "ACME_FAILURE_THREE", "ACME_FAILURE_FOUR", "ACME_TEAM_ONE"} {
			all = append(all, text+": "+leadOf(t, b, text))
		}
		return strings.Join(all, "\n")
	}
	before, generation := outline(base), base.Generation()

	team, err := base.With(sourcesOf(t, modeYAML("acme-one", "", "One of the team", "likely", "ACME_TEAM_ONE", "")+
		modeYAML("acme-four", "acme-three", "Four of the team", "certain", "ACME_FAILURE_FOUR", "over: [acme-two]\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := `acme-four Four of the team
acme-one One of the team
acme-three Three of the base
acme-two Two of the base
ACME_FAILURE_ONE: unknown
ACME_FAILURE_TWO: certain acme-two
ACME_FAILURE_ONE ACME_FAILURE_TWO: certain acme-two
ACME_FAILURE_THREE: likely acme-three
ACME_FAILURE_FOUR: certain acme-four
ACME_TEAM_ONE: likely acme-one`
	if got := outline(team); got != want {
		t.Errorf("with the team's layer:\n%s\nwant:\n%s", got, want)
	}
	if got := leadOf(t, team, "ACME_FAILURE_TWO ACME_FAILURE_FOUR"); got != "certain acme-four" {
		t.Errorf("over across layers: %s", got)
	}
	if got := outline(base); got != before || base.Generation() != generation {
		t.Errorf("the base below changed:\n%s\nwas:\n%s", got, before)
	}
	if team.Generation() == base.Generation() {
		t.Error("two bases have one generation")
	}
	again, err := base.With(sourcesOf(t, modeYAML("acme-one", "", "One of the team", "likely", "ACME_TEAM_ONE", "")+
		modeYAML("acme-four", "acme-three", "Four of the team", "certain", "ACME_FAILURE_FOUR", "over: [acme-two]\n")))
	if err != nil {
		t.Fatal(err)
	}
	if again.Generation() != team.Generation() {
		t.Error("equal layers have two generations")
	}

	for id, title := range map[string]string{"acme-one": "One of the team", "acme-old": "", "acme-two": "Two of the base", " acme-four ": "Four of the team", "acme-three": "Three of the base", "acme-none": ""} {
		m, ok := team.Lookup(id)
		switch {
		case !ok && title != "":
			t.Errorf("Lookup(%q): nothing", id)
		case ok && m.Title != title:
			t.Errorf("Lookup(%q) = %s, want %s", id, m.Title, title)
		}
	}
	if m, ok := base.Lookup("acme-old"); !ok || m.ID != "acme-one" {
		t.Errorf("a former id is not found: %v, %v", m, ok)
	}

	// A third layer over the second brings a hidden one back in its own form.
	third, err := team.With(sourcesOf(t, modeYAML("acme-one", "", "One of the third", "certain", "ACME_FAILURE_ONE", "")))
	if err != nil {
		t.Fatal(err)
	}
	if got := leadOf(t, third, "ACME_FAILURE_ONE"); got != "certain acme-one" {
		t.Errorf("third layer: %s", got)
	}
	if got := leadOf(t, third, "ACME_TEAM_ONE"); got != "unknown" {
		t.Errorf("third layer: what it hides is recognised: %s", got)
	}
	if n := len(third.Search("acme", 10)); n != 4 {
		t.Errorf("search finds %d entries, want 4", n)
	}
	if got := third.List("acme"); len(got) != 4 || !slices.IsSortedFunc(got, func(a, b Listed) int { return strings.Compare(a.ID, b.ID) }) {
		t.Errorf("List = %v", got)
	}
}

// A team's failure mode stands beside the built-in ones, may replace one, and
// the built-in base goes on as it was, all at the same time.
func TestLayersOverTheBuiltinAtOnce(t *testing.T) {
	b, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	const paste = "GithubClientWithTimeout Failed to execute request [GET /users/ORG1234] response code: 401, errors:\nBad credentials (401)"
	team, err := b.With(sourcesOf(t, modeYAML("acme-gateway-down", "", "The gateway is down", "certain", "ACME_GATEWAY_DOWN", "")+
		modeYAML("jira-dvcs-github-bad-credentials", "", "Ours", "certain", "ACME_NEVER_SAID", "")))
	if err != nil {
		t.Fatal(err)
	}
	if len(team.List("")) != len(b.List(""))+1 {
		t.Errorf("%d entries over %d", len(team.List("")), len(b.List("")))
	}
	if team.Topics()[0] == nil || len(team.Topics()) != len(b.Topics()) {
		t.Error("topics are lost")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := leadOf(t, b, paste); got != "certain jira-dvcs-github-bad-credentials" {
					t.Errorf("the base below: %s", got)
				}
				if got := leadOf(t, team, paste); got == "certain jira-dvcs-github-bad-credentials" {
					t.Errorf("a replaced entry is recognised: %s", got)
				}
				if got := leadOf(t, team, "ACME_GATEWAY_DOWN"); got != "certain acme-gateway-down" {
					t.Errorf("the team's: %s", got)
				}
				if got := leadOf(t, team, "oauth_problem=timestamp_refused"); got != "likely applinks-timestamp-refused" {
					t.Errorf("the base's under the team's: %s", got)
				}
				if _, err := team.Why(Input{Text: []byte(paste), Now: testNow}, "acme-gateway-down"); err != nil {
					t.Error(err)
				}
				team.Search("gateway", 3)
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			if _, err := b.With(&Sources{}); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}
