package storagetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"authfix/storage"
)

func history(t *testing.T, d *database) {
	s := d.store(t)
	for i, fingerprint := range []string{"f", "g", "f", "f"} {
		r := Full(tenant, fmt.Sprint(i))
		r.Case.Fingerprint, r.Case.Author, r.Message.Author = fingerprint, "someone", "someone"
		r.Case.Received = at(time.Duration(i) * time.Hour)
		r.Audits[0].At = at(time.Duration(i) * time.Hour)
		r.Vote.Person = fmt.Sprint("voter ", i)
		if i == 3 {
			r.Vote.ModeVersion, r.Vote.Value = 4, "wrong"
		}
		write(t, s, r)
	}
	ctx := t.Context()
	same(t, "the cases alike", caseIDs(got(s.Alike(ctx, tenant, "f", start, 10))(t)), []string{"case-3", "case-2", "case-0"})
	same(t, "the newest cases alike", caseIDs(got(s.Alike(ctx, tenant, "f", at(time.Hour), 1))(t)), []string{"case-3"})
	same(t, "the cases alike since later", caseIDs(got(s.Alike(ctx, tenant, "f", at(4*time.Hour), 10))(t)), []string(nil))
	same(t, "the cases of no fingerprint", caseIDs(got(s.Alike(ctx, tenant, "", start, 10))(t)), []string(nil))
	same(t, "the recent cases", caseIDs(got(s.Recent(ctx, tenant, "someone", 3))(t)), []string{"case-3", "case-2", "case-1"})
	same(t, "the recent cases of another", caseIDs(got(s.Recent(ctx, tenant, "nobody", 3))(t)), []string(nil))
	audits := got(s.Audits(ctx, tenant, 2))(t)
	if len(audits) != 2 || audits[0].Detail != "detail of 3" || audits[1].Detail != "detail of 2" {
		t.Errorf("the newest audits are %+v", audits)
	}
	same(t, "the votes", got(s.Votes(ctx, tenant, "mode"))(t), []storage.Count{{ModeVersion: 3, Value: "helped", N: 3}, {ModeVersion: 4, Value: "wrong", N: 1}})
	vote := func(person, value string, when time.Duration) {
		write(t, s, &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: person + value, Received: start},
			Vote: &storage.Vote{Case: "case-0", Person: person, FailureMode: "mode", ModeVersion: 3, Value: value, At: at(when)}})
	}
	vote("second", "helped", 2*time.Minute)
	vote("second", "unhelped", 3*time.Minute)
	votes := got(s.CaseVotes(ctx, tenant, "case-0"))(t)
	if len(votes) != 2 || votes[0].Person != "voter 0" || votes[1].Person != "second" || votes[1].Value != "unhelped" {
		t.Errorf("the votes on a case are %+v", votes)
	}
}

func figures(t *testing.T, d *database) {
	s := d.store(t)
	same(t, "the figures of nothing", got(s.Figures(t.Context(), tenant, start, at(time.Hour)))(t), storage.Figures{})
	for i, c := range []struct {
		mode, title, verdict string
		state                storage.State
		sent                 time.Duration
		votes                []string
	}{
		{"m1", "M1", "certain", storage.Resolved, 2 * time.Second, []string{"helped", "helped"}},
		{"m1", "M1", "likely", storage.Open, 4 * time.Second, []string{"wrong", "helped"}},
		{"m2", "M2", "certain", storage.Escalated, 10 * time.Second, []string{"unhelped"}},
		{"", "", "unknown", storage.Open, 0, nil},
		{"m1", "M1", "unsure", storage.Withdrawn, 20 * time.Second, nil},
	} {
		r := Full(tenant, fmt.Sprint(i))
		r.Case.FailureMode, r.Case.Title, r.Case.Verdict, r.Case.State, r.Vote = c.mode, c.title, c.verdict, c.state, nil
		if c.sent > 0 {
			r.Case.Sent = r.Case.Received.Add(c.sent)
		}
		write(t, s, r)
		for v, value := range c.votes {
			write(t, s, &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: fmt.Sprint(i, "/", v), Received: start},
				Vote: &storage.Vote{Case: r.Case.ID, Person: fmt.Sprint(v), FailureMode: c.mode, Value: value, At: start}})
		}
	}
	late := Full(tenant, "late")
	late.Case.Received = at(time.Hour)
	write(t, s, late)
	want := storage.Figures{Cases: 5, Known: 3, Unknown: 1, Helped: 2, Unhelped: 1, Wrong: 1, Resolved: 1, Escalated: 1, Median: 7 * time.Second,
		Modes: []storage.ModeFigures{{FailureMode: "m1", Title: "M1", Cases: 3, Helped: 2, Wrong: 1, Resolved: 1}, {FailureMode: "m2", Title: "M2", Cases: 1}}}
	same(t, "the figures", got(s.Figures(t.Context(), tenant, start, at(time.Hour)))(t), want)
	if f := got(s.Figures(t.Context(), tenant, at(time.Hour), at(2*time.Hour)))(t); f.Cases != 1 {
		t.Errorf("the figures of the next hour are %+v", f)
	}
}

func counters(t *testing.T, d *database) {
	s := d.store(t)
	n := 0
	see := func(fingerprint string, when time.Duration, excerpt string) {
		t.Helper()
		n++
		write(t, s, &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: fmt.Sprint(n), Received: start},
			Sighting:     &storage.Sighting{Fingerprint: fingerprint, At: at(when)},
			Unrecognised: &storage.Unrecognised{Fingerprint: fingerprint, Channel: fmt.Sprint("C", n), Excerpt: excerpt, First: at(when), Last: at(when)}})
	}
	see("f", 0, "first excerpt")
	see("f", time.Minute, "second excerpt")
	see("f", 6*time.Minute, "")
	see("g", 0, "")
	see("f", 45*time.Minute, "")
	five, hour := start.Truncate(storage.Narrow), start.Truncate(storage.Wide)
	ctx := t.Context()
	same(t, "the narrow spans", got(s.Sightings(ctx, tenant, "f", storage.Narrow, time.Time{}))(t),
		[]storage.Span{{From: five, N: 2}, {From: five.Add(5 * time.Minute), N: 1}, {From: five.Add(45 * time.Minute), N: 1}})
	same(t, "the narrow spans since later", got(s.Sightings(ctx, tenant, "f", storage.Narrow, five.Add(5*time.Minute)))(t),
		[]storage.Span{{From: five.Add(5 * time.Minute), N: 1}, {From: five.Add(45 * time.Minute), N: 1}})
	same(t, "the wide spans", got(s.Sightings(ctx, tenant, "f", storage.Wide, time.Time{}))(t),
		[]storage.Span{{From: hour, N: 3}, {From: hour.Add(time.Hour), N: 1}})
	if _, err := s.Sightings(ctx, tenant, "f", time.Minute, start); err == nil {
		t.Error("sightings were given in spans that are not counted")
	}
	same(t, "the uncategorised", got(s.Uncategorised(ctx, tenant, 10))(t), []storage.Unrecognised{
		{Fingerprint: "f", Channel: "C5", Excerpt: "second excerpt", First: at(0), Last: at(45 * time.Minute), N: 4},
		{Fingerprint: "g", Channel: "C4", First: at(0), Last: at(0), N: 1}})
	if all := got(s.Uncategorised(ctx, tenant, 1))(t); len(all) != 1 {
		t.Errorf("of one uncategorised failure there are %d", len(all))
	}
}

func countersAtOnce(t *testing.T, d *database) {
	stores := []storage.Store{d.store(t), d.store(t)}
	const callers, records = 6, 15
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := range records {
				err := stores[caller%2].Record(t.Context(), &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: fmt.Sprint(caller, "/", n), Received: start},
					Sighting:     &storage.Sighting{Fingerprint: "f", At: start},
					Unrecognised: &storage.Unrecognised{Fingerprint: "f", First: start, Last: start}})
				if err != nil {
					t.Errorf("record: %v", err)
				}
			}
		})
	}
	all.Wait()
	for _, width := range []time.Duration{storage.Narrow, storage.Wide} {
		if spans := got(stores[0].Sightings(t.Context(), tenant, "f", width, time.Time{}))(t); len(spans) != 1 || spans[0].N != callers*records {
			t.Errorf("the spans of %v are %v, want one with %d", width, spans, callers*records)
		}
	}
	if u := got(stores[1].Uncategorised(t.Context(), tenant, 5))(t); len(u) != 1 || u[0].N != callers*records {
		t.Errorf("the uncategorised are %+v, want one with %d", u, callers*records)
	}
}
