package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/storage"
)

// put records a case of a failure mode that was received before now.
func put(t *testing.T, s *story, tenant storage.Tenant, mode string, ago time.Duration, change func(*storage.Record)) {
	t.Helper()
	at := s.now.Add(-ago)
	c := &storage.Case{ID: newID(), Channel: "C1", Thread: newID(), Author: "U1", State: storage.Open, Verdict: "certain", FailureMode: mode, ModeVersion: 1,
		Title: "Title of " + mode, Received: at, Decided: at, Updated: at}
	if mode == "" {
		c.Verdict, c.Title = "unknown", ""
	}
	r := storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: newID(), Received: at, Decided: at, Decision: answered}, Case: c}
	if change != nil {
		change(&r)
	}
	if err := s.store.Record(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
}

func voted(value, person string) func(*storage.Record) {
	return func(r *storage.Record) {
		r.Vote = &storage.Vote{Case: r.Case.ID, Person: person, FailureMode: r.Case.FailureMode, ModeVersion: 1, Value: value, At: r.Case.Received}
	}
}

func TestStats(t *testing.T) {
	const day = 24 * time.Hour
	s := newStory(t, Options{})
	const mine, other = storage.Tenant("story//T1"), storage.Tenant("story//T2")
	if got := said(t, s, "stats"); !strings.Contains(got, "# The last 7 days") || !strings.Contains(got, "No cases.") {
		t.Errorf("an empty week:\n%s", got)
	}
	put(t, s, other, "alpha", day, voted("helped", "U5"))
	for i := range 3 {
		put(t, s, mine, "alpha", time.Duration(i)*day, voted("helped", "U5"))
	}
	put(t, s, mine, "alpha", 0, voted("wrong", "U5"))
	put(t, s, mine, "beta", 7*day-time.Second, func(r *storage.Record) {
		r.Case.State, r.Case.Sent = storage.Resolved, r.Case.Received.Add(1500*time.Millisecond)
	})
	put(t, s, mine, "beta", 7*day+time.Second, voted("unhelped", "U5"))
	put(t, s, mine, "", 2*day, nil)
	put(t, s, mine, "", 14*day+time.Second, nil)
	put(t, s, mine, "gamma", 13*day, func(r *storage.Record) {
		r.Case.State, r.Case.Sent = storage.Escalated, r.Case.Received.Add(3*time.Minute)
	})
	for i := range 6 {
		put(t, s, mine, fmt.Sprintf("rare%d", i), 20*day, nil)
	}

	got := said(t, s, "stats")
	for _, want := range []string{
		"Cases=6 (2 the week before)", "Recognised=5 (2 the week before)", "Not recognised=1 (0 the week before)", "Helped=3 (0 the week before)",
		"Did not help=0 (1 the week before)", "Wrong=1 (0 the week before)", "Resolved=1 (0 the week before)", "Escalated=0 (1 the week before)",
		"Median time to answer=1.5 s (3 min the week before)",
		"Most frequent: Title of alpha (alpha): 4 times, helped 3, wrong 1 / Title of beta (beta): once, resolved 1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("stats does not say %q:\n%s", want, got)
		}
	}
	got = said(t, s, "stats month")
	for _, want := range []string{"# The last 30 days", "Cases=15 (0 the 30 days before)", "Title of rare0", "And 4 others."} {
		if !strings.Contains(got, want) {
			t.Errorf("stats month does not say %q:\n%s", want, got)
		}
	}
	s.now = s.now.Add(8 * day)
	if got := said(t, s, "stats week"); !strings.Contains(got, "No cases (5 the week before).") {
		t.Errorf("a quiet week:\n%s", got)
	}
	if got := said(t, s, "stats year"); !strings.Contains(got, "(sorry)") {
		t.Errorf("stats year:\n%s", got)
	}
	// Nobody's name or channel is in the figures.
	if got := statsReply("h", "b", &storage.Figures{Cases: 1, Modes: []storage.ModeFigures{{FailureMode: "x", Cases: 1}}}, &storage.Figures{}); got.Sections[1].List[0] != "x: once" {
		t.Errorf("a failure mode without a title: %v", got.Sections)
	}
}

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "under 10 ms", 340 * time.Millisecond: "340 ms", 1500 * time.Millisecond: "1.5 s", 75 * time.Second: "75 s",
		3*time.Minute + 40*time.Second: "3 min", 150 * time.Minute: "2.5 h",
	} {
		if got := took(d); got != want {
			t.Errorf("took(%v) = %s, want %s", d, got, want)
		}
	}
}

// The policy in a channel is not what figures are about: they can be asked for
// everywhere, also in a direct conversation.
func TestStatsDirectly(t *testing.T) {
	s := newStory(t, Options{})
	m := s.message("said", map[string]string{"direct": "", "key": "1"}, "stats")
	if _, err := s.desk.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := s.settle(); m.Place != bot.Direct || !strings.Contains(got, "in D1 as") || !strings.Contains(got, "No cases.") {
		t.Errorf("stats said directly:\n%s", got)
	}
}
