package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"authfix/storage"
)

func record(t *testing.T, d *database) {
	s, r := d.store(t), Full(tenant, "a")
	write(t, s, r)
	m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Delivery: r.Delivery.ID, Channel: "C1", Message: r.Message.Key, Thread: r.Message.Key,
		Secrets: [][]byte{[]byte("mac of nobody"), r.Warned[0]}}))(t)
	message, c, setting := *r.Message, *r.Case, *r.Setting
	message.Version, c.Version, setting.Version = 1, 1, 1
	same(t, "the delivery", m.Delivery, &r.Delivery)
	same(t, "the message", m.Message, &message)
	same(t, "the case", m.Case, &c)
	same(t, "the observations", m.Observations, []storage.Observation{*r.Observation})
	same(t, "the warned", m.Warned, r.Warned)
	same(t, "the case by id", got(s.Case(t.Context(), tenant, c.ID))(t), c)
	same(t, "the policy", got(s.Policy(t.Context(), tenant, setting.Channel))(t), setting)
	same(t, "the votes", got(s.CaseVotes(t.Context(), tenant, c.ID))(t), []storage.Vote{*r.Vote})
	same(t, "the audit", got(s.Audits(t.Context(), tenant, 10))(t), r.Audits)
	reply := r.Outgoing[0]
	reply.Tenant, reply.State, reply.ReplyTo = tenant, storage.Pending, nil
	same(t, "the replies", got(s.Replies(t.Context(), tenant, c.ID))(t), []storage.Outgoing{reply})
	if r.Message.Version != 0 || r.Case.Version != 0 {
		t.Error("Record changed the caller's record")
	}
}

func recordMistakes(t *testing.T, d *database) {
	s := d.store(t)
	for name, spoil := range map[string]func(r *storage.Record){
		"no tenant":                      func(r *storage.Record) { r.Tenant = "" },
		"no delivery":                    func(r *storage.Record) { r.Delivery.ID = "" },
		"a long delivery":                func(r *storage.Record) { r.Delivery.ID = strings.Repeat("d", 256) },
		"a delivery that is no text":     func(r *storage.Record) { r.Delivery.ID = "a\xffb" },
		"a zero byte in an id":           func(r *storage.Record) { r.Message.Author = "a\x00b" },
		"a large acknowledgement":        func(r *storage.Record) { r.Delivery.Ack = make([]byte, 64<<10+1) },
		"no key":                         func(r *storage.Record) { r.Message.Key = "" },
		"no case id":                     func(r *storage.Record) { r.Case.ID = "" },
		"no state":                       func(r *storage.Record) { r.Case.State = "" },
		"a case of another tenant":       func(r *storage.Record) { r.Case.Tenant = other },
		"an observation without a case":  func(r *storage.Record) { r.Case = nil },
		"a retraction without a case":    func(r *storage.Record) { r.Case, r.Observation, r.Retracted = nil, nil, "m" },
		"a large observation":            func(r *storage.Record) { r.Observation.Data = make([]byte, 256<<10+1) },
		"a large reply":                  func(r *storage.Record) { r.Outgoing[0].Reply = make([]byte, 256<<10+1) },
		"a reply of another tenant":      func(r *storage.Record) { r.Outgoing[0].Tenant = other },
		"a reply that is sent":           func(r *storage.Record) { r.Outgoing[0].State = storage.Sent },
		"a private reply to nobody":      func(r *storage.Record) { r.Outgoing[0].Private, r.Outgoing[0].Person = true, "" },
		"a reply without a platform":     func(r *storage.Record) { r.Outgoing[0].Platform = "" },
		"two replies of one id":          func(r *storage.Record) { r.Outgoing = append(r.Outgoing, r.Outgoing[0]) },
		"many replies":                   func(r *storage.Record) { r.Outgoing = make([]storage.Outgoing, 65) },
		"a vote of nobody":               func(r *storage.Record) { r.Vote.Person = "" },
		"a large setting":                func(r *storage.Record) { r.Setting.Data = make([]byte, 64<<10+1) },
		"an audit without an action":     func(r *storage.Record) { r.Audits[0].Action = "" },
		"a sighting without a time":      func(r *storage.Record) { r.Sighting.At = time.Time{} },
		"an unrecognised of no template": func(r *storage.Record) { r.Unrecognised.Fingerprint = "" },
		"an empty MAC":                   func(r *storage.Record) { r.Warned = [][]byte{nil} },
		"a job of another tenant":        func(r *storage.Record) { r.Jobs = []storage.Job{{Kind: "file", Tenant: other}} },
	} {
		r := Full(tenant, "secretname")
		spoil(r)
		err := s.Record(t.Context(), r)
		if err == nil {
			t.Errorf("%s: recorded", name)
			continue
		}
		for _, e := range []error{storage.ErrConflict, storage.ErrDelivered, storage.ErrUnavailable} {
			if errors.Is(err, e) {
				t.Errorf("%s: the error %v looks like one that may pass", name, err)
			}
		}
		if strings.Contains(err.Error(), "excerpt of") || strings.Contains(err.Error(), "author-") {
			t.Errorf("%s: the error tells content: %v", name, err)
		}
	}
	if err := s.Record(t.Context(), nil); err == nil {
		t.Error("a nil record was recorded")
	}
	same(t, "the tenants after mistakes", got(s.EachTenant(t.Context()))(t), []storage.Tenant{})
}

func recordTwice(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, Full(tenant, "a"))
	wantErr(t, "the same record", s.Record(t.Context(), Full(tenant, "a")), storage.ErrDelivered)
	again := Full(tenant, "b")
	again.Delivery.ID = "delivery-a"
	wantErr(t, "another record of the delivery", s.Record(t.Context(), again), storage.ErrDelivered)
	if _, err := s.Case(t.Context(), tenant, "case-b"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the record of a known delivery left a case: %v", err)
	}
	spans := got(s.Sightings(t.Context(), tenant, "fingerprint-a", storage.Wide, time.Time{}))(t)
	if len(spans) != 1 || spans[0].N != 1 {
		t.Errorf("sightings after two records of one delivery: %v", spans)
	}
}

// recordAtOnce lets many callers of two stores record the same deliveries. One of
// each wins; when another is told that it lost, the winner's record is there.
func recordAtOnce(t *testing.T, d *database) {
	stores := []storage.Store{d.store(t), d.store(t)}
	const deliveries, callers = 20, 8
	var all sync.WaitGroup
	won := make([][]int, deliveries)
	var mu sync.Mutex
	for caller := range callers {
		all.Go(func() {
			s := stores[caller%len(stores)]
			for n := range deliveries {
				r := Full(tenant, fmt.Sprintf("%d-%d", n, caller))
				r.Delivery.ID, r.Sighting.Fingerprint = fmt.Sprintf("delivery %d", n), "one"
				err := s.Record(t.Context(), r)
				switch {
				case err == nil:
					mu.Lock()
					won[n] = append(won[n], caller)
					mu.Unlock()
				case errors.Is(err, storage.ErrDelivered):
					m, err := s.Recall(t.Context(), storage.Query{Tenant: tenant, Delivery: r.Delivery.ID})
					if err != nil || m.Delivery == nil {
						t.Errorf("delivery %d was refused as recorded and is not there: %v", n, err)
					}
				default:
					t.Errorf("delivery %d: %v", n, err)
				}
			}
		})
	}
	all.Wait()
	for n, callers := range won {
		if len(callers) != 1 {
			t.Errorf("delivery %d was recorded by %v, want one", n, callers)
			continue
		}
		if _, err := stores[0].Case(t.Context(), tenant, fmt.Sprintf("case-%d-%d", n, callers[0])); err != nil {
			t.Errorf("the winner's case of delivery %d: %v", n, err)
		}
	}
	spans := got(stores[1].Sightings(t.Context(), tenant, "one", storage.Narrow, time.Time{}))(t)
	if len(spans) != 1 || spans[0].N != deliveries {
		t.Errorf("sightings %v, want one span with %d", spans, deliveries)
	}
}

func recordConflicts(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, Full(tenant, "a"))
	next := func(delivery string, change func(r *storage.Record)) error {
		r := Full(tenant, "a")
		r.Delivery.ID, r.Outgoing = delivery, nil
		r.Message.Version, r.Case.Version, r.Setting.Version = 1, 1, 1
		change(r)
		return s.Record(t.Context(), r)
	}
	for name, change := range map[string]func(r *storage.Record){
		"a new message that is there": func(r *storage.Record) { r.Message.Version = 0 },
		"a new case that is there":    func(r *storage.Record) { r.Case.Version = 0 },
		"a new setting that is there": func(r *storage.Record) { r.Setting.Version = 0 },
		"a message read later":        func(r *storage.Record) { r.Message.Version = 2 },
		"a case read later":           func(r *storage.Record) { r.Case.Version = 2 },
		"a setting read later":        func(r *storage.Record) { r.Setting.Version = 2 },
		"a message that is not there": func(r *storage.Record) { r.Message.Key = "none" },
		"a case that is not there":    func(r *storage.Record) { r.Case.ID = "none" },
		"a setting that is not there": func(r *storage.Record) { r.Setting.Channel = "none" },
	} {
		wantErr(t, name, next("delivery "+name, change), storage.ErrConflict)
		m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Delivery: "delivery " + name}))(t)
		if m.Delivery != nil {
			t.Errorf("%s: the delivery was recorded", name)
		}
	}
	must(t, next("delivery 2", func(r *storage.Record) {
		r.Message.Revision, r.Message.Spoken = 9, false
		r.Case.State, r.Case.ResolvedAt, r.Case.Excerpt = storage.Resolved, at(time.Hour), "another excerpt"
		r.Setting.Data = []byte("other")
	}))
	m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Channel: "C1", Message: "message-a"}))(t)
	if m.Message.Version != 2 || m.Message.Revision != 9 || m.Message.Spoken {
		t.Errorf("the message is %+v after its second record", m.Message)
	}
	if m.Case.Version != 2 || m.Case.State != storage.Resolved || !m.Case.ResolvedAt.Equal(at(time.Hour)) || m.Case.Excerpt != "another excerpt" {
		t.Errorf("the case is %+v after its second record", m.Case)
	}
	if p := got(s.Policy(t.Context(), tenant, "channel-a"))(t); p.Version != 2 || string(p.Data) != "other" {
		t.Errorf("the setting is %+v after its second record", p)
	}
	// Of those who decided from the same version, one is recorded.
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			errs[i] = next(fmt.Sprintf("race %d", i), func(r *storage.Record) { r.Message, r.Setting, r.Case.Version = nil, nil, 2 })
		})
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, storage.ErrConflict) {
			t.Errorf("record %d: %v", i, err)
		}
	}
	if won != 1 {
		t.Errorf("%d records from one version of a case were made, want 1", won)
	}
}

func recordObservations(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, Full(tenant, "a"))
	version := int64(1)
	put := func(change func(r *storage.Record)) []storage.Observation {
		t.Helper()
		r := &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: fmt.Sprintf("delivery %d", version), Received: start}, Case: Full(tenant, "a").Case}
		r.Case.Version = version
		version++
		change(r)
		write(t, s, r)
		return got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Case: "case-a"}))(t).Observations
	}
	observe := func(message string, revision int64, data string, when time.Time) func(*storage.Record) {
		return func(r *storage.Record) {
			r.Observation = &storage.Observation{Message: message, Author: "someone", Revision: revision, At: when, Data: []byte(data)}
		}
	}
	texts := func(all []storage.Observation) string {
		var list []string
		for _, o := range all {
			list = append(list, string(o.Data))
		}
		return strings.Join(list, ", ")
	}
	for _, step := range []struct {
		change func(*storage.Record)
		want   string
	}{
		{observe("message-a", 8, "first, edited", start), "first, edited"},
		{observe("message-a", 7, "first, late", start), "first, edited"},
		{observe("message-a", 8, "first, again", start), "first, again"},
		{observe("m3", 0, "third", at(3*time.Second)), "first, again, third"},
		{observe("m2", 0, "second", at(2*time.Second)), "first, again, second, third"},
		{func(r *storage.Record) { r.Retracted = "m2" }, "first, again, third"},
		{func(r *storage.Record) { r.Retracted = "unknown" }, "first, again, third"},
	} {
		if text := texts(put(step.change)); text != step.want {
			t.Errorf("the observations are %q, want %q", text, step.want)
		}
	}
	var all []storage.Observation
	for i := range storage.MaxObservations + 5 {
		all = put(observe(fmt.Sprintf("n%d", i), 0, fmt.Sprintf("n%d", i), at(time.Minute+time.Duration(i)*time.Second)))
	}
	if len(all) != storage.MaxObservations || string(all[0].Data) != "n5" || string(all[len(all)-1].Data) != fmt.Sprintf("n%d", storage.MaxObservations+4) {
		t.Errorf("of many observations %d are recalled: %s", len(all), texts(all))
	}
}

// recordNothing looks whether a record that fails late leaves a trace.
func recordNothing(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, Full(tenant, "a"))
	before := Everything(t, s, tenant)
	r := Full(tenant, "b")
	r.Outgoing = append(r.Outgoing, Full(tenant, "a").Outgoing...) // an id that is taken
	if err := s.Record(t.Context(), r); err == nil {
		t.Fatal("a reply of an id that is taken was recorded")
	}
	same(t, "everything after a record that failed", Everything(t, s, tenant), before)
	r.Outgoing = r.Outgoing[:1]
	write(t, s, r)
}

func recordContext(t *testing.T, d *database) {
	s := d.store(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantErr(t, "record", s.Record(ctx, Full(tenant, "a")), context.Canceled)
	_, err := s.Recall(ctx, storage.Query{Tenant: tenant, Delivery: "delivery-a"})
	wantErr(t, "recall", err, context.Canceled)
	write(t, s, Full(tenant, "a"))
}

func recordJobs(t *testing.T, d *database) {
	s, r := d.store(t), Full(tenant, "a")
	r.Jobs = []storage.Job{{Kind: "file", Version: 1, Tenant: tenant}}
	if err := s.Record(t.Context(), r); err == nil {
		t.Error("jobs were recorded without a queue")
	}
	same(t, "the tenants after a record without a queue", got(s.EachTenant(t.Context()))(t), []storage.Tenant{})
}

// text puts into every field that is not an id what databases do not like.
func text(t *testing.T, d *database) {
	s := d.store(t)
	const odd = "a\x00b\xffc'\"; DROP TABLE cases; -- \u2028 ‹x› 🙂"
	const kept = "a\uFFFDb\uFFFDc'\"; DROP TABLE cases; -- \u2028 ‹x› 🙂"
	r := Full(tenant, "a")
	r.Case.Title, r.Case.Excerpt, r.Case.Answers[0].Value, r.Audits[0].Detail, r.Unrecognised.Excerpt, r.Delivery.Error = odd, odd, odd, odd, odd, odd
	r.Observation.Data, r.Outgoing[0].Reply, r.Delivery.Ack, r.Setting.Data = []byte(odd), []byte(odd), []byte(odd), []byte(odd)
	r.Message.Author = "it's 100%_\\ \"✓\""
	write(t, s, r)
	m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Delivery: "delivery-a", Channel: "C1", Message: "message-a"}))(t)
	for name, v := range map[string]string{"title": m.Case.Title, "excerpt": m.Case.Excerpt, "answer": m.Case.Answers[0].Value, "error": m.Delivery.Error,
		"audit": got(s.Audits(t.Context(), tenant, 1))(t)[0].Detail, "unrecognised": got(s.Uncategorised(t.Context(), tenant, 1))(t)[0].Excerpt} {
		if v != kept {
			t.Errorf("the %s is %q, want %q", name, v, kept)
		}
	}
	for name, v := range map[string][]byte{"observation": m.Observations[0].Data, "acknowledgement": m.Delivery.Ack,
		"reply": got(s.Replies(t.Context(), tenant, "case-a"))(t)[0].Reply, "setting": got(s.Policy(t.Context(), tenant, "channel-a"))(t).Data} {
		if string(v) != odd {
			t.Errorf("the %s is %q, want %q", name, v, odd)
		}
	}
	if m.Message.Author != r.Message.Author {
		t.Errorf("the author is %q, want %q", m.Message.Author, r.Message.Author)
	}
}
