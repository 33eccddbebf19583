package storagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/storage"
)

func sweep(t *testing.T, d *database) {
	const day = 24 * time.Hour
	s, ctx := d.store(t), t.Context()
	fill(t, s, tenant) // at start
	write(t, s, Full(other, "b"))
	// Messages and replies of no case, a settled and a pending one.
	loose := func(name string, when time.Duration) {
		t.Helper()
		r := say("loose reply "+name, "loose", func(o *storage.Outgoing) { o.Created = at(when) })
		r.Delivery.ID, r.Delivery.Received = "loose "+name, at(when)
		r.Message = &storage.Message{Channel: "C1", Key: "loose " + name, Author: "author", At: at(when)}
		write(t, s, r)
	}
	loose("new", 9*day)
	loose("old", 0)
	lease(t, s, "me", start, 10)
	settle(t, s, "me", "reply-a", storage.Sent)
	settle(t, s, "me", "loose reply new", storage.Sent)
	must(t, s.PutDocument(ctx, storage.Document{Tenant: tenant, ID: "document-a", Version: 1, Text: []byte("second"), At: at(time.Hour)}))
	young := Full(tenant, "b")
	young.Case.Updated, young.Case.Received = at(9*day), at(time.Hour)
	young.Delivery.Received, young.Message.At, young.Audits[0].At = at(9*day), at(9*day), at(9*day)
	young.Sighting.At, young.Unrecognised.Last = at(9*day), at(9*day)
	write(t, s, young)

	before := Everything(t, s, tenant)
	gone := got(s.Sweep(ctx, storage.Retention{Now: at(10 * day)}))(t)
	for kind, n := range gone {
		if n != 0 {
			t.Errorf("a retention that keeps all for ever swept %d %s", n, kind)
		}
	}
	same(t, "everything after that", Everything(t, s, tenant), before)

	gone = got(s.Sweep(ctx, storage.Retention{Now: at(10 * day), Excerpts: 7 * day}))(t)
	if gone["excerpts"] != 2 || gone["observations"] != 2 || gone["outbox"] != 1 {
		t.Errorf("of excerpts were swept %v", gone)
	}
	m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Case: "case-a"}))(t)
	if m.Case == nil || !m.Case.Swept || m.Case.Excerpt != "" || m.Case.Answers != nil || len(m.Observations) != 0 || m.Case.Title == "" || m.Case.Fingerprint == "" || m.Case.Version != 2 {
		t.Errorf("the case whose excerpt was swept is %+v", m)
	}
	same(t, "the replies of the swept case", got(s.Replies(ctx, tenant, "case-a"))(t), []storage.Outgoing{})
	if n := len(got(s.CaseVotes(ctx, tenant, "case-a"))(t)); n != 1 {
		t.Errorf("%d votes are left of a swept case", n)
	}
	if m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Case: "case-b"}))(t); m.Case.Swept || m.Case.Excerpt == "" || len(m.Observations) != 1 {
		t.Errorf("a young case was swept: %+v", m)
	}
	if gone = got(s.Sweep(ctx, storage.Retention{Now: at(10 * day), Excerpts: 7 * day}))(t); gone["excerpts"] != 0 {
		t.Errorf("what was swept was swept again: %v", gone)
	}
	// A swept case that is taken up again is swept again.
	again := Full(tenant, "a")
	again.Delivery.ID, again.Message, again.Setting, again.Outgoing, again.Vote = "again", nil, nil, nil, nil
	again.Case.Version, again.Case.Swept, again.Case.Excerpt = 2, true, ""
	again.Observation.Message = "more"
	write(t, s, again)
	if gone = got(s.Sweep(ctx, storage.Retention{Now: at(10 * day), Excerpts: 7 * day}))(t); gone["observations"] != 1 {
		t.Errorf("of a case that was taken up again was swept %v", gone)
	}

	gone = got(s.Sweep(ctx, storage.Retention{Now: at(10 * day), Deliveries: 7 * day, Cases: 7 * day, Unknown: 7 * day, Sightings: 7 * day, Audits: 7 * day, Documents: 7 * day}))(t)
	for kind, want := range map[string]int64{"deliveries": 4, "cases": 2, "messages": 3, "unrecognised": 2, "sightings": 4, "audits": 3, "documents": 1, "votes": 2} {
		if gone[kind] != want {
			t.Errorf("%d %s were swept, want %d", gone[kind], kind, want)
		}
	}
	_, err := s.Case(ctx, tenant, "case-a")
	wantErr(t, "the case that was swept", err, storage.ErrNotFound)
	m = got(s.Recall(ctx, storage.Query{Tenant: tenant, Delivery: "delivery-a", Channel: "C1", Message: "message-a"}))(t)
	if m.Delivery != nil || m.Message != nil {
		t.Errorf("of a swept delivery and message are left %+v and %+v", m.Delivery, m.Message)
	}
	m = got(s.Recall(ctx, storage.Query{Tenant: tenant, Delivery: "delivery-b", Channel: "C1", Message: "message-b"}))(t)
	if m.Delivery == nil || m.Message == nil || m.Case == nil || len(m.Observations) != 1 {
		t.Errorf("of a young case are left %+v", m)
	}
	for _, want := range []struct {
		message string
		kept    bool
	}{{"loose new", true}, {"loose old", false}} {
		if m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Channel: "C1", Message: want.message}))(t); (m.Message != nil) != want.kept {
			t.Errorf("the message %q is kept: %v, want %v", want.message, m.Message != nil, want.kept)
		}
	}
	// What waits to be sent is not swept, however old.
	same(t, "the lease after the sweep", ids(lease(t, s, "me", at(10*day), 10)), []string{"loose reply old", "reply-b"})
	if docs := got(s.DocumentVersions(ctx, tenant, "document-a"))(t); len(docs) != 1 || docs[0].Version != 2 {
		t.Errorf("the versions after the sweep are %+v", docs)
	}
	if p := got(s.Policies(ctx, tenant))(t); len(p) != 2 {
		t.Errorf("the policies after the sweep are %+v", p)
	}

	// More than one portion.
	for n := range 1100 {
		write(t, s, &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: fmt.Sprint("many ", n), Received: start}})
	}
	if gone = got(s.Sweep(ctx, storage.Retention{Now: at(10 * day), Deliveries: 7 * day}))(t); gone["deliveries"] != 1100 {
		t.Errorf("of 1100 deliveries %d were swept", gone["deliveries"])
	}
}

// contains reports where a text stands in what can be read.
func contains(all map[string]any, text string) []string {
	var where []string
	for name, v := range all {
		if s := show(v); strings.Contains(s, text) || strings.Contains(s, fmt.Sprint([]byte(text))) {
			where = append(where, name)
		}
	}
	return where
}

func forgetMessage(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	write(t, s, Full(tenant, "a"), Full(tenant, "b"), Full(other, "a"))
	elsewhere := Everything(t, s, other)
	n := got(s.Forget(ctx, storage.Forgotten{Tenant: tenant, Channel: "C1", Message: "message-a", Audit: storage.Audit{At: at(1), Actor: "admin", Action: "forget"}}))(t)
	if n == 0 {
		t.Error("nothing was forgotten")
	}
	all := Everything(t, s, tenant)
	for _, text := range []string{"excerpt of a", "title of a", "ghu of a", "observed in a", "reply to a", "message-a"} {
		if where := contains(all, text); where != nil {
			t.Errorf("%q is found after the message was forgotten: %v", text, where)
		}
	}
	_, err := s.Case(ctx, tenant, "case-a")
	wantErr(t, "the case of a message that was forgotten", err, storage.ErrNotFound)
	if a := got(s.Audits(ctx, tenant, 1))(t); len(a) != 1 || a[0].Action != "forget" || a[0].Actor != "admin" {
		t.Errorf("the audit is %+v", a)
	}
	if m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Delivery: "delivery-a", Secrets: [][]byte{[]byte("mac of a")}}))(t); m.Delivery == nil || m.Delivery.Ack != nil || m.Warned != nil {
		t.Errorf("of the delivery is left %+v, and of the warning %v", m.Delivery, m.Warned)
	}
	wantErr(t, "a repetition of what was forgotten", s.Record(ctx, Full(tenant, "a")), storage.ErrDelivered)
	m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Channel: "C1", Message: "message-b"}))(t)
	if m.Message == nil || m.Case == nil || m.Case.Excerpt != "excerpt of b" || len(m.Observations) != 1 || len(got(s.Replies(ctx, tenant, "case-b"))(t)) != 1 {
		t.Errorf("of another case is left %+v", m)
	}
	same(t, "what another tenant sees", Everything(t, s, other), elsewhere)

	// A message in a case of several people.
	more := Full(tenant, "b")
	more.Delivery.ID, more.Case.Version, more.Setting, more.Vote, more.Audits, more.Unrecognised = "delivery more", 1, nil, nil, nil, nil
	more.Message = &storage.Message{Channel: "C1", Key: "message-c", Thread: "message-b", Author: "author-c", Case: "case-b", At: start}
	more.Observation = &storage.Observation{Message: "message-c", Author: "author-c", At: at(1), Data: []byte("observed in c")}
	more.Outgoing[0].ID, more.Outgoing[0].Reply = "reply-c", []byte("reply that quotes c")
	write(t, s, more)
	got(s.Forget(ctx, storage.Forgotten{Tenant: tenant, Channel: "C1", Message: "message-c"}))(t)
	m = got(s.Recall(ctx, storage.Query{Tenant: tenant, Channel: "C1", Message: "message-b"}))(t)
	if m.Case == nil || m.Case.Excerpt != "" || m.Case.Answers != nil || len(m.Observations) != 1 || string(m.Observations[0].Data) != "observed in b" {
		t.Errorf("of a case from which one message was forgotten is left %+v", m)
	}
	same(t, "the replies of that case", got(s.Replies(ctx, tenant, "case-b"))(t), []storage.Outgoing{})
	if where := contains(Everything(t, s, tenant), "observed in c"); where != nil {
		t.Errorf("the observation is found: %v", where)
	}

	// One that came by a command is known by its case alone.
	private := Full(tenant, "a")
	private.Delivery.ID, private.Message, private.Setting, private.Case.ID, private.Case.Thread, private.Outgoing = "command", nil, nil, "private", "", nil
	private.Observation.Message = "trigger"
	write(t, s, private)
	got(s.Forget(ctx, storage.Forgotten{Tenant: tenant, Channel: "C1", Message: "trigger", Case: "private"}))(t)
	_, err = s.Case(ctx, tenant, "private")
	wantErr(t, "the case of a command that was forgotten", err, storage.ErrNotFound)
	if where := contains(Everything(t, s, tenant), "unrecognised excerpt of a"); where != nil {
		t.Errorf("the excerpt of a command that was forgotten is found: %v", where)
	}
}

func forgetPerson(t *testing.T, d *database) {
	s, ctx := d.store(t), t.Context()
	fill(t, s, tenant)
	write(t, s, Full(tenant, "b"), Full(other, "a"))
	elsewhere := Everything(t, s, other)
	// What author-a did in the case of author-b, and in no case.
	more := Full(tenant, "b")
	more.Delivery.ID, more.Case.Version, more.Setting, more.Unrecognised, more.Warned = "delivery more", 1, nil, nil, nil
	more.Message = &storage.Message{Channel: "C1", Key: "message-more", Thread: "message-b", Author: "author-a", Case: "case-b", At: start}
	more.Observation = &storage.Observation{Message: "message-more", Author: "author-a", At: at(1), Data: []byte("observed in a, too")}
	more.Outgoing = []storage.Outgoing{{ID: "reply-more", Case: "case-b", Platform: "slack", Channel: "C1", Thread: "message-b", Private: true, Person: "author-a", Reply: []byte("reply to a, too"), Created: start}}
	more.Vote.Person = "author-a"
	more.Audits = []storage.Audit{{At: at(1), Actor: "admin", Action: "role", Subject: "author-a", Detail: "made author-a an editor"}}
	write(t, s, more)
	silent := say("help for a", "A", func(o *storage.Outgoing) { o.Message = "message-silent" })
	silent.Message = &storage.Message{Channel: "C1", Key: "message-silent", Author: "author-a", At: start}
	write(t, s, silent)
	fleeting := say("fleeting", "F", func(o *storage.Outgoing) { o.Private, o.Person, o.Fleeting = true, "author-a", true })
	write(t, s, fleeting)

	n := got(s.Forget(ctx, storage.Forgotten{Tenant: tenant, Person: "author-a", Audit: storage.Audit{At: at(2), Actor: "admin", Action: "forget", Subject: "a person"}}))(t)
	if n == 0 {
		t.Error("nobody was forgotten")
	}
	all := Everything(t, s, tenant)
	for _, text := range []string{"author-a", "excerpt of a", "title of a", "ghu of a", "observed in a", "reply to a", "mac of a"} {
		if where := contains(all, text); where != nil {
			t.Errorf("%q is found after the person was forgotten: %v", text, where)
		}
	}
	for _, id := range []string{"message-a", "message-more", "message-silent"} {
		if m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Channel: "C1", Message: id}))(t); m.Message != nil {
			t.Errorf("the message %s is left: %+v", id, m.Message)
		}
	}
	m := got(s.Recall(ctx, storage.Query{Tenant: tenant, Channel: "C1", Message: "message-b"}))(t)
	if m.Message == nil || m.Case == nil || m.Case.Excerpt != "" || len(m.Observations) != 1 || string(m.Observations[0].Data) != "observed in b" {
		t.Errorf("of another's case is left %+v", m)
	}
	if v := got(s.CaseVotes(ctx, tenant, "case-b"))(t); len(v) != 1 || v[0].Person != "author-b" {
		t.Errorf("the votes on another's case are %+v", v)
	}
	if p := got(s.Policy(ctx, tenant, "channel-a"))(t); p.By != "" || len(p.Data) == 0 {
		t.Errorf("the policy that the person set is %+v", p)
	}
	if docs := got(s.AllDocuments(ctx, tenant))(t); len(docs) != 1 || docs[0].By != "" || string(docs[0].Text) != "text of a" {
		t.Errorf("the documents are %+v", docs)
	}
	audits := got(s.Audits(ctx, tenant, 10))(t)
	if len(audits) != 4 || audits[0].Action != "forget" {
		t.Errorf("the audits are %+v", audits)
	}
	// Nothing of the person waits to be sent.
	same(t, "the lease", ids(lease(t, s, "me", start, 10)), []string{"reply-a"}) // of the other tenant
	same(t, "what another tenant sees", got(s.Case(ctx, other, "case-a"))(t), elsewhere["case a"])
	if n := got(s.Forget(ctx, storage.Forgotten{Tenant: tenant, Person: "author-a"}))(t); n != 0 {
		t.Errorf("at a second time %d rows were forgotten", n)
	}
}

func forgetMistakes(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, Full(tenant, "a"))
	before := Everything(t, s, tenant)
	for name, f := range map[string]storage.Forgotten{
		"nothing":                  {Tenant: tenant},
		"a message of no channel":  {Tenant: tenant, Message: "message-a"},
		"a whole channel":          {Tenant: tenant, Channel: "C1"},
		"no tenant":                {Person: "author-a"},
		"both":                     {Tenant: tenant, Channel: "C1", Message: "message-a", Person: "author-a"},
		"with its name kept":       {Tenant: tenant, Person: "author-a", Audit: storage.Audit{Actor: "author-a", Action: "forget"}},
		"with an audit of nothing": {Tenant: tenant, Person: "author-a", Audit: storage.Audit{Actor: "admin"}},
	} {
		if _, err := s.Forget(t.Context(), f); err == nil {
			t.Errorf("forgot %s", name)
		}
	}
	same(t, "everything after mistakes", Everything(t, s, tenant), before)
}
