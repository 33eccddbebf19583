package handlers

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/knowledge"
)

// said returns what the desk answers to a command, also of a mistake.
func said(t *testing.T, s *story, command string) string {
	t.Helper()
	got := s.step("commanded", command)
	if !strings.Contains(got, "\n  # ") {
		t.Fatalf("%q: nothing was said:\n%s", command, got)
	}
	return got
}

func TestLookups(t *testing.T) {
	s := newStory(t, Options{PersonRate: 1 << 20})
	for _, x := range []struct {
		command string
		want    []string
		not     string
	}{
		{command: "explain", want: []string{"2lo=2-legged OAuth (2LO)", "logs=Where"}},
		{command: "explain 2LO", want: []string{"# 2-legged OAuth (2LO)", "no user is asked", "explain impersonation", "https://confluence.atlassian.com/"}},
		{command: "explain two-legged OAuth", want: []string{"# 2-legged OAuth (2LO)"}},
		{command: "explain token prefixes", want: []string{"Warning: A token that was pasted", "Prefix · Whose · What it is: gho_=GitHub · OAuth app access token"}},
		{command: "explain debug", want: []string{"Warning: DEBUG output", "explain debug jira"}, not: "Logging and profiling"},
		{command: "explain debug logging jira software", want: []string{"Warning: DEBUG output", "Jira: Open Administration", "A restart of Jira"}, not: "DEBUG fills disks"},
		{command: "explain quantum", want: []string{"(sorry)", "There is: 2lo, 3lo"}},
		{command: "explain debug quantum", want: []string{"(sorry)"}},
		{command: "logs", want: []string{"Jira=<JIRA application home directory>/log", "Crucible=", "logs PRODUCT"}, not: "Tomcat:"},
		{command: "logs jira", want: []string{"Jira: Log: <JIRA application home directory>/log", "Tomcat: "}, not: "Confluence:"},
		{command: "logs Bitbucket Server", want: []string{"Bitbucket Server, Stash: Log: <Bitbucket"}},
		{command: "logs jira, confluence", want: []string{"Jira: Log", "Confluence: Log"}, not: "Bamboo"},
		{command: "logs jira and crowd", want: []string{"Jira: Log", "Crowd: Log"}},
		{command: "logs jira frobnicator", want: []string{"(sorry)", "There is: Jira, Confluence"}},
		{command: "search github token", want: []string{"(github-bad-credentials)", "show github-bad-credentials"}},
		{command: "search zzzz", want: []string{"(sorry)", "search jira timestamp refused"}},
		{command: "show jira-dvcs-github-bad-credentials", want: []string{"# Jira's GitHub account was connected", "Cause: The account", "postgres: `SELECT", "{org}=", "Now: ", "Fix: ", "Versions: Jira Data Center: ", "Sources: ", "-- jira-dvcs-github-bad-credentials@1 · severity high · Jira Data Center, GitHub"}, not: "{{"},
		{command: "show `Jira-DVCS-github-bad-credentials@1`.", want: []string{"# Jira's GitHub account was connected"}},
		{command: "show applinks-timestamp-refuse", want: []string{"(sorry)", "show applinks-timestamp-refused"}},
		{command: "show qqqq", want: []string{"(sorry)", "search WORDS"}},
		{command: "help", want: []string{"diagnose TEXT=", "forget this | me=", "help NAME"}},
		{command: "help /Show", want: []string{"# show: ", "`show [ID]`"}},
		{command: "help quantum", want: []string{"(sorry)", "There is: diagnose"}},
	} {
		got := said(t, s, x.command)
		for _, w := range x.want {
			if !strings.Contains(got, w) {
				t.Errorf("%q does not say %q:\n%s", x.command, w, got)
			}
		}
		if x.not != "" && strings.Contains(got, x.not) {
			t.Errorf("%q says %q:\n%s", x.command, x.not, got)
		}
	}
}

// A secret that was typed behind a lookup is not in any reply, for replies are
// stored.
func TestLookupsRepeatNothing(t *testing.T) {
	const secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
	s := newStory(t, Options{PersonRate: 1 << 20})
	for _, c := range Commands() {
		for _, args := range []string{secret, "on " + secret, "message " + secret, "escalate " + secret, "quiet " + secret} {
			m := s.message("commanded by=U9", nil, "")
			m.Kind, m.Command, m.Text, m.Author.Admin = bot.Commanded, c.Name, args, true
			if _, err := s.desk.Handle(t.Context(), m); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			if got := s.settle(); strings.Contains(got, secret) {
				t.Errorf("%s %s is answered with it:\n%s", c.Name, args, got)
			}
		}
	}
}

// Every failure mode and topic there is can be shown: no section without a body,
// and none that could not be stored.
func TestEverythingCanBeShown(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, r bot.Reply) {
		data, err := json.Marshal(r)
		if err != nil || len(data) > maxReply {
			t.Errorf("%s has %d bytes, %v", name, len(data), err)
		}
		if r.Headline == "" {
			t.Errorf("%s has no headline", name)
		}
		for i, s := range r.Sections {
			bodies := 0
			for _, is := range []bool{s.Prose != "", s.Code != "", s.List != nil, s.Fields != nil, s.Links != nil} {
				if is {
					bodies++
				}
			}
			if bodies != 1 {
				t.Errorf("%s: section %d (%s) has %d bodies, want one", name, i, s.Label, bodies)
			}
			if strings.Contains(s.Prose, "\n") {
				t.Errorf("%s: section %d is folded", name, i)
			}
		}
	}
	for _, l := range base.List("") {
		m, ok := base.Lookup(l.ID)
		if !ok {
			t.Fatalf("no %s", l.ID)
		}
		check(l.ID, modeReply(m))
	}
	for _, topic := range base.Topics() {
		check(topic.ID, topicReply(topic, nil))
		for i := range topic.Products {
			check(topic.ID+" "+topic.Products[i].Name, topicReply(topic, topic.Products[i:i+1]))
		}
	}
}

// What help shows of a command can be typed.
func TestHelpOfEveryCommand(t *testing.T) {
	s := newStory(t, Options{PersonRate: 1 << 20})
	for _, c := range Commands() {
		if got := said(t, s, "help "+c.Name); !strings.Contains(got, c.Summary) {
			t.Errorf("help %s:\n%s", c.Name, got)
		}
	}
	for _, p := range policySettings() {
		if got := said(t, s, "help triage"); !strings.Contains(got, p.form) {
			t.Errorf("help triage does not show %s", p.form)
		}
	}
}

func TestSuggest(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ command, typed, first string }{
		{"show", "applinks-time", "applinks-timestamp-refused"},
		{"show", "Clocks of the two servers", "applinks-timestamp-refused"},
		{"show", "refused timestamp", "applinks-timestamp-refused"},
		{"logs", "stash", "bitbucket"},
		{"logs", "", "jira"},
		{"explain", "gho", "token prefixes"},
		{"triage", "q", "quiet"},
		{"feedback", "w", "wrong"},
		{"stats", "m", "month"},
		{"help", "tri", "triage"},
		{"", "fo", "forget"},
		{"answer", "x", ""},
		{"show", "zzzz", ""},
		{"show", strings.Repeat("é", 10000), ""},
	} {
		got := suggest(base, bot.Message{Command: x.command, Text: x.typed})
		first := ""
		if len(got) > 0 {
			first = got[0].ID
		}
		if first != x.first {
			t.Errorf("suggest(%s %.20s) begins with %q, want %q", x.command, x.typed, first, x.first)
		}
	}
	for _, c := range append(Commands(), Command{}) {
		got := suggest(base, bot.Message{Command: c.Name})
		if len(got) > maxSuggestions {
			t.Errorf("%d suggestions for %q", len(got), c.Name)
		}
		for _, choice := range got {
			if choice.ID == "" || len(choice.ID) > 100 || choice.Label == "" || len([]rune(choice.Label)) > maxSuggestedLabel {
				t.Errorf("%q suggests %+v", c.Name, choice)
			}
		}
	}
}

// A platform waits three seconds, and asks at every letter.
func TestSuggestIsFast(t *testing.T) {
	base, err := knowledge.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	start := time.Now()
	for range n {
		suggest(base, bot.Message{Command: "show", Text: "jira github"})
	}
	if each := time.Since(start) / n; each > 10*time.Millisecond { // 50 µs without -race on an idle machine
		t.Errorf("a suggestion takes %v", each)
	}
}

func BenchmarkSuggest(b *testing.B) {
	base, err := knowledge.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		suggest(base, bot.Message{Command: "show", Text: "jira github"})
	}
}
