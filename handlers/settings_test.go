package handlers

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot"
	"authfix/knowledge"
	"authfix/storage"
)

func TestChange(t *testing.T) {
	base := Policy{On: true, Threshold: knowledge.Certain, Bots: true, Excerpts: true, Escalate: []Target{{Person: "U0"}}}
	with := func(f func(*Policy)) Policy {
		p := base
		f(&p)
		return p
	}
	hours := func(from, to int, zone string) Policy {
		return with(func(p *Policy) { p.Quiet = &Hours{from, to, zone} })
	}
	targets := func(all ...Target) Policy { return with(func(p *Policy) { p.Escalate = all }) }
	for _, x := range []struct {
		args, wrong string // a piece of the message or hint
		want        Policy
	}{
		{args: "off", want: with(func(p *Policy) { p.On = false })},
		{args: "on", want: base},
		{args: "on now", wrong: "Behind on nothing follows"},
		{args: "threshold likely", want: with(func(p *Policy) { p.Threshold = knowledge.Likely })},
		{args: "threshold Certain", want: base},
		{args: "threshold unsure", wrong: "Write triage threshold likely | certain."},
		{args: "threshold", wrong: "The value of threshold is missing."},
		{args: "bots off", want: with(func(p *Policy) { p.Bots = false })},
		{args: "bots maybe", wrong: "neither on nor off"},
		{args: "excerpts off", want: with(func(p *Policy) { p.Excerpts = false })},
		{args: "quiet 22:00-07:00 Europe/Berlin", want: hours(22*60, 7*60, "Europe/Berlin")},
		{args: "quiet 9:30 – 17:00 america/new_york", want: hours(9*60+30, 17*60, "America/New_York")},
		{args: "quiet 18:00 to 24:00 utc", want: hours(18*60, 0, "UTC")},
		{args: "quiet off", want: base},
		{args: "quiet 22-7 UTC", wrong: "These are no quiet hours."},
		{args: "quiet 22:00-07:00", wrong: "The time zone is missing."},
		{args: "quiet 25:00-07:00 UTC", wrong: "no such time of day"},
		{args: "quiet 22:00-07:60 UTC", wrong: "no such time of day"},
		{args: "quiet 24:00-07:00 UTC", wrong: "no such time of day"},
		{args: "quiet 07:00-07:00 UTC", wrong: "begin when they end"},
		{args: "quiet 00:00-24:00 UTC", wrong: "begin when they end"},
		{args: "quiet 22:00-07:00 Mars/Olympus", wrong: "no such time zone"},
		{args: "quiet 22:00-07:00 Local", wrong: "no such time zone"},
		{args: "quiet 22:00-07:00 ../../etc/passwd", wrong: "no such time zone"},
		{args: "escalate <@U5>, <#C77|ops>", want: targets(Target{Person: "U5"}, Target{Channel: "C77"})},
		{args: "escalate <@!112> <#334> <@W9|ann lee>", want: targets(Target{Person: "112"}, Target{Channel: "334"}, Target{Person: "W9"})},
		{args: "escalate person:ann channel:ops,person:ann", want: targets(Target{Person: "ann"}, Target{Channel: "ops"})},
		{args: "escalate off", want: targets()},
		{args: "escalate @ann", wrong: "Number 1 of these is neither"},
		{args: "escalate <@U5> #ops", wrong: "Number 2 of these is neither"},
		{args: "escalate <@&77>", wrong: "neither a person nor a channel"}, // a role
		{args: "escalate person:a<@U5>", wrong: "neither"},
		{args: "escalate person:\x00", wrong: "neither"},
		{args: "escalate person:\xff", wrong: "neither"},
		{args: "escalate ,", wrong: "Nobody is named."},
		{args: "escalate " + strings.Repeat("person:x", 1) + " person:2 person:3 person:4 person:5 person:6 person:7 person:8 person:9 person:10 person:11", wrong: "at most 10"},
		{args: "treshold likely", wrong: "Triage has no such setting."},
		{args: "status now", wrong: "Triage has no such setting."},
	} {
		got := base
		name, value, _ := strings.Cut(x.args, " ")
		_, err := change(&got, name, value)
		if x.wrong != "" {
			u, ok := err.(*UserError)
			if !ok || !strings.Contains(u.Message+" "+u.Hint, x.wrong) || u.Hint == "" {
				t.Errorf("triage %s: %+v, want an error that says %q and what is right", x.args, err, x.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("triage %s: %+v", x.args, err)
			continue
		}
		if d := cmp.Diff(got, x.want); d != "" {
			t.Errorf("triage %s (-got +want):\n%s", x.args, d)
		}
		// What is written can be written again.
		if got.Quiet != nil {
			again := base
			if _, wrong := setQuiet(&again, got.Quiet.String()); wrong != "" || *again.Quiet != *got.Quiet {
				t.Errorf("quiet %s: %s, %v", got.Quiet, wrong, again.Quiet)
			}
		}
	}
}

// policyOf reads the policy of a channel as another replica would.
func policyOf(t *testing.T, s *story, channel string) (storage.Setting, Policy) {
	t.Helper()
	row, err := s.store.Policy(t.Context(), "story//T1", channel)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPolicy(&row, false)
	if err != nil {
		t.Fatal(err)
	}
	return row, p
}

func TestTriageCommand(t *testing.T) {
	s := newStory(t, Options{Admins: []string{"story:U9"}, TriageChannels: []string{"story:C2"}})
	if got := said(t, s, "triage on"); !strings.Contains(got, say.notAdmin) {
		t.Errorf("anyone turned triage on:\n%s", got)
	}
	if _, err := s.store.Policy(t.Context(), "story//T1", "C1"); err == nil {
		t.Error("a refused command was stored")
	}
	if got := said(t, s, "triage"); !strings.Contains(got, "# Triage is off here") {
		t.Errorf("triage:\n%s", got)
	}
	if got := s.step("commanded channel=C2", "triage status"); !strings.Contains(got, "# Triage is on here") {
		t.Errorf("triage status of a channel of the configuration:\n%s", got)
	}
	for i, c := range []string{"triage on", "triage threshold certain", "triage escalate <@U5>", "triage quiet 09:00-11:00 UTC", "triage off"} {
		s.step("commanded by=U9", c)
		if row, _ := policyOf(t, s, "C1"); row.Version != int64(i+1) || row.By != "U9" {
			t.Errorf("after %q: version %d by %s, want %d by U9", c, row.Version, row.By, i+1)
		}
	}
	if got := s.step("commanded by=U9", "triage off"); !strings.Contains(got, say.sameAsBefore) {
		t.Errorf("triage off twice:\n%s", got)
	}
	row, p := policyOf(t, s, "C1")
	want := Policy{Threshold: knowledge.Certain, Excerpts: true, Quiet: &Hours{540, 660, "UTC"}, Escalate: []Target{{Person: "U5"}}}
	if d := cmp.Diff(p, want); d != "" || row.Version != 5 {
		t.Errorf("version %d (-got +want):\n%s", row.Version, d)
	}
	if got := s.step("commanded by=U9", "triage on"); !strings.Contains(got, say.triageIsQuiet) {
		t.Errorf("at ten o'clock:\n%s", got)
	}
	audits, err := s.store.Audits(t.Context(), "story//T1", 10)
	if err != nil {
		t.Fatal(err)
	}
	var log []string
	for _, a := range audits {
		log = append(log, strings.TrimSpace(a.Actor+" "+a.Action+" "+a.Subject+" "+a.Detail))
	}
	if d := cmp.Diff(log, []string{"U9 triage.on C1", "U9 triage.off C1", "U9 triage.quiet C1 09:00-11:00 UTC", "U9 triage.escalate C1 person:U5", "U9 triage.threshold C1 certain", "U9 triage.on C1"}); d != "" {
		t.Errorf("audit (-got +want):\n%s", d)
	}
	// Turned off where the configuration turned it on.
	s.step("commanded by=U9 channel=C2", "triage off")
	if got := s.step("said channel=C2 key=1", "oauth_problem=timestamp_refused"); !strings.Contains(got, "decided: elsewhere") {
		t.Errorf("triage was turned off here:\n%s", got)
	}
	if got := s.step("said direct key=2 by=U9", "triage on"); !strings.Contains(got, say.triageDirect) {
		t.Errorf("directly:\n%s", got)
	}
}

// A channel without settings of its own follows the workspace's, and gets its
// own when one is changed.
func TestWorkspacePolicy(t *testing.T) {
	s := newStory(t, Options{Admins: []string{"story:U9"}})
	data, err := json.Marshal(Policy{On: true, Threshold: knowledge.Certain, Bots: true})
	if err != nil {
		t.Fatal(err)
	}
	for version := range int64(2) {
		r := storage.Record{Tenant: "story//T1", Delivery: storage.Delivery{ID: newID(), Received: s.now}, Setting: &storage.Setting{Data: data, By: "U9", At: s.now, Version: version}}
		if err := s.store.Record(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
	}
	if got := said(t, s, "triage"); !strings.Contains(got, "# Triage is on here") {
		t.Errorf("triage:\n%s", got)
	}
	s.step("commanded by=U9", "triage bots off")
	row, p := policyOf(t, s, "C1")
	if d := cmp.Diff(p, Policy{On: true, Threshold: knowledge.Certain}); d != "" || row.Version != 1 {
		t.Errorf("version %d (-got +want):\n%s", row.Version, d)
	}
	if row, p := policyOf(t, s, ""); row.Version != 2 || !p.Bots {
		t.Errorf("the workspace's settings were changed: version %d, %+v", row.Version, p)
	}
}

// Two administrators who change different settings at once both have their way.
func TestSettingsAtOnce(t *testing.T) {
	s := newStory(t, Options{Admins: []string{"story:U9"}, PersonRate: 1 << 20})
	commands := []string{"triage on", "triage threshold certain", "triage bots on", "triage excerpts off", "triage quiet 22:00-07:00 UTC", "triage escalate person:U5"}
	var all []bot.Message
	for _, c := range commands {
		all = append(all, s.message("commanded", map[string]string{"by": "U9"}, c))
	}
	var wg sync.WaitGroup
	for _, m := range all {
		wg.Go(func() {
			if _, err := s.desk.Handle(t.Context(), m); err != nil {
				t.Errorf("%s: %v", m.Text, err)
			}
		})
	}
	wg.Wait()
	row, p := policyOf(t, s, "C1")
	want := Policy{On: true, Threshold: knowledge.Certain, Bots: true, Quiet: &Hours{22 * 60, 7 * 60, "UTC"}, Escalate: []Target{{Person: "U5"}}}
	if d := cmp.Diff(p, want); d != "" || row.Version != int64(len(commands)) {
		t.Errorf("version %d, want %d (-got +want):\n%s", row.Version, len(commands), d)
	}
	audits, err := s.store.Audits(t.Context(), "story//T1", 100)
	if err != nil || len(audits) != len(commands) {
		t.Errorf("%d audit entries, %v, want %d", len(audits), err, len(commands))
	}
}

func TestQuietOverMidnight(t *testing.T) {
	var p Policy
	if _, wrong := setQuiet(&p, "22:00-07:00 Europe/Berlin"); wrong != "" {
		t.Fatal(wrong)
	}
	for at, want := range map[string]bool{ // Berlin is two hours ahead in summer, one in winter
		"2026-07-01T19:59:00Z": false, "2026-07-01T20:00:00Z": true, "2026-07-02T04:59:00Z": true, "2026-07-02T05:00:00Z": false,
		"2026-12-01T20:30:00Z": false, "2026-12-01T21:00:00Z": true,
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.quietAt(when); got != want {
			t.Errorf("quiet at %s: %v, want %v", at, got, want)
		}
	}
}
