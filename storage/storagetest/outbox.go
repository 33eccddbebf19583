package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"authfix/storage"
)

// lease takes up to n rows for owner, for a minute from now.
func lease(t *testing.T, s storage.Store, owner string, now time.Time, n int) []storage.Outgoing {
	t.Helper()
	return got(s.Lease(t.Context(), storage.Lease{Platform: "slack", Owner: owner, Now: now, Until: now.Add(time.Minute), Limit: n}))(t)
}

func settle(t *testing.T, s storage.Store, owner, id string, state storage.SendState, change ...func(*storage.Settlement)) {
	t.Helper()
	g := storage.Settlement{Tenant: tenant, ID: id, Owner: owner, State: state, At: at(time.Second)}
	if state == storage.Sent {
		g.SentAs = "sent as " + id
	}
	for _, f := range change {
		f(&g)
	}
	must(t, s.Settle(t.Context(), g))
}

func outboxOrder(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, say("a1", "A"), say("b1", "B"), say("a2", "A"), say("c1", ""), say("b2", "B"),
		say("x1", "A", func(o *storage.Outgoing) { o.Channel = "C2" }), say("y1", "A", func(o *storage.Outgoing) { o.Platform = "discord" }))
	one := &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "several", Received: start}}
	for _, id := range []string{"d1", "d2", "d3"} {
		one.Outgoing = append(one.Outgoing, say(id, "D").Outgoing...)
	}
	write(t, s, one)
	same(t, "an earlier lease", ids(lease(t, s, "me", start, 2)), []string{"a1", "b1"})
	same(t, "the rest of it", ids(lease(t, s, "me", start, 10)), []string{"c1", "x1", "d1"})
	same(t, "a lease while all is leased", ids(lease(t, s, "me", start, 10)), []string(nil))
	settle(t, s, "me", "a1", storage.Sent)
	settle(t, s, "me", "b1", storage.Failed)
	settle(t, s, "me", "d1", storage.Lost)
	same(t, "a lease of what came behind", ids(lease(t, s, "me", start, 10)), []string{"a2", "b2", "d2"})
	settle(t, s, "me", "d2", storage.Pending, func(g *storage.Settlement) { g.NotBefore = at(time.Minute) })
	same(t, "a lease behind a row that is tried again later", ids(lease(t, s, "me", at(59*time.Second), 10)), []string(nil))
	same(t, "a lease when it is due", ids(lease(t, s, "you", at(2*time.Minute), 10)), []string{"a2", "c1", "b2", "x1", "d2"})
	same(t, "the backlog", got(s.Backlog(t.Context(), "slack"))(t), storage.Backlog{Rows: 6, Oldest: start})
	same(t, "the backlog of the other platform", got(s.Backlog(t.Context(), "discord"))(t), storage.Backlog{Rows: 1, Oldest: start})
	same(t, "the backlog of an unknown platform", got(s.Backlog(t.Context(), "irc"))(t), storage.Backlog{})
}

// outboxOvertaken tests a reply that is replaced while a sender has it, who hands
// it back unsent: what is sent is the newer one, once.
func outboxOvertaken(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, say("first", "A"))
	same(t, "the lease", ids(lease(t, s, "me", start, 10)), []string{"first"})
	write(t, s, say("edit", "A", func(o *storage.Outgoing) { o.Replaces = "first" }))
	settle(t, s, "me", "first", storage.Pending, func(g *storage.Settlement) { g.NotBefore = at(time.Second) })
	again := lease(t, s, "me", at(2*time.Second), 10)
	if len(again) != 1 || again[0].ID != "first" || string(again[0].Reply) != "reply edit" {
		t.Fatalf("the lease of what was replaced meanwhile is %+v", again)
	}
	settle(t, s, "me", "first", storage.Sent, func(g *storage.Settlement) { g.SentAs = "m1" })
	write(t, s, say("behind", "A"))
	same(t, "a lease of what was said already, and what is behind it", ids(lease(t, s, "me", at(3*time.Second), 10)), []string{"behind"})
	settle(t, s, "me", "behind", storage.Sent)
	write(t, s, say("second edit", "A", func(o *storage.Outgoing) { o.Replaces = "edit" }))
	last := lease(t, s, "me", at(4*time.Second), 10)
	if len(last) != 1 || last[0].ID != "second edit" || last[0].Target != "m1" {
		t.Fatalf("an edit after it is %+v, want one of m1", last)
	}

	// What may have been sent is changed afterwards, as it stands.
	write(t, s, say("unsure", "B"))
	lease(t, s, "me", at(4*time.Second), 10)
	write(t, s, say("its edit", "B", func(o *storage.Outgoing) { o.Replaces = "unsure" }))
	settle(t, s, "me", "unsure", storage.Pending, func(g *storage.Settlement) { g.NotBefore, g.Unsure = at(5*time.Second), true })
	again = lease(t, s, "me", at(6*time.Second), 10)
	if len(again) != 1 || string(again[0].Reply) != "reply unsure" {
		t.Fatalf("the lease of what may have been sent is %+v", again)
	}
	settle(t, s, "me", "unsure", storage.Sent, func(g *storage.Settlement) { g.SentAs = "m2" })
	last = lease(t, s, "me", at(7*time.Second), 10)
	if len(last) != 1 || last[0].ID != "its edit" || last[0].Target != "m2" {
		t.Fatalf("its edit is %+v", last)
	}

	// When the first can never be said, the newer one is said by itself.
	write(t, s, say("lost", "C"))
	lease(t, s, "me", at(7*time.Second), 10)
	write(t, s, say("its heir", "C", func(o *storage.Outgoing) { o.Replaces = "lost" }))
	settle(t, s, "me", "lost", storage.Pending, func(g *storage.Settlement) { g.NotBefore = at(8 * time.Second) })
	lease(t, s, "me", at(9*time.Second), 10)
	settle(t, s, "me", "lost", storage.Failed)
	last = lease(t, s, "me", at(10*time.Second), 10)
	if len(last) != 1 || last[0].ID != "its heir" || last[0].Target != "" {
		t.Fatalf("what follows one that failed is %+v", last)
	}
}

// outboxWait tests rows that are recorded to wait.
func outboxWait(t *testing.T, d *database) {
	s := d.store(t)
	waits := say("wait", "A", func(o *storage.Outgoing) { o.NotBefore = at(time.Minute) })
	write(t, s, waits, say("behind", "A"))
	same(t, "a lease while it waits", ids(lease(t, s, "me", start, 10)), []string{"behind"})
	settle(t, s, "me", "behind", storage.Sent)
	same(t, "a lease before it is due", ids(lease(t, s, "me", at(59*time.Second), 10)), []string(nil))
	same(t, "a lease when it is due", ids(lease(t, s, "me", at(61*time.Second), 10)), []string{"wait"})
	// Tried once, it holds up what is behind it like any other.
	settle(t, s, "me", "wait", storage.Pending, func(g *storage.Settlement) { g.NotBefore = at(3 * time.Minute) })
	write(t, s, say("later", "A"))
	same(t, "a lease behind a row that failed", ids(lease(t, s, "me", at(2*time.Minute), 10)), []string(nil))

	// One that is overwritten waits no longer.
	write(t, s, say("slow", "B", func(o *storage.Outgoing) { o.NotBefore = at(time.Hour) }))
	write(t, s, say("answer", "B", func(o *storage.Outgoing) { o.Replaces = "slow" }))
	same(t, "a lease of an overwritten row", ids(lease(t, s, "me", at(2*time.Minute), 10)), []string{"slow"})
}

func outboxLease(t *testing.T, d *database) {
	s := d.store(t)
	r := Full(tenant, "a")
	write(t, s, r)
	all := lease(t, s, "me", at(0), 5)
	want := r.Outgoing[0]
	want.Tenant, want.State, want.Attempts, want.Owner, want.Until = tenant, storage.Leased, 1, "me", at(time.Minute)
	same(t, "the leased row", all, []storage.Outgoing{want})
	settle(t, s, "me", "reply-a", storage.Pending, func(g *storage.Settlement) { g.NotBefore, g.Error = at(2*time.Second), "the server failed" })
	same(t, "a lease before it is due", ids(lease(t, s, "you", at(time.Second), 5)), []string(nil))
	want.Attempts, want.Owner, want.Until, want.NotBefore, want.Error = 2, "you", at(62*time.Second), at(2*time.Second), "the server failed"
	same(t, "the row at its second attempt", lease(t, s, "you", at(2*time.Second), 5), []storage.Outgoing{want})
	settle(t, s, "you", "reply-a", storage.Pending, func(g *storage.Settlement) { g.NotBefore, g.Unsure = at(3*time.Second), true })
	all = lease(t, s, "you", at(3*time.Second), 5)
	if len(all) != 1 || !all[0].Unsure || all[0].Attempts != 3 || string(all[0].ReplyTo) != string(r.Outgoing[0].ReplyTo) {
		t.Errorf("the row after an attempt of unknown outcome is %+v", all)
	}
	for name, l := range map[string]storage.Lease{
		"without an owner":    {Platform: "slack", Now: start, Until: at(1), Limit: 1},
		"without a platform":  {Owner: "me", Now: start, Until: at(1), Limit: 1},
		"without a limit":     {Platform: "slack", Owner: "me", Now: start, Until: at(1)},
		"that has ended":      {Platform: "slack", Owner: "me", Now: start, Until: start, Limit: 1},
		"that has no present": {Platform: "slack", Owner: "me", Until: at(1), Limit: 1},
	} {
		if _, err := s.Lease(t.Context(), l); err == nil {
			t.Errorf("a lease %s was given", name)
		}
	}
}

func outboxSettle(t *testing.T, d *database) {
	s := d.store(t)
	r := Full(tenant, "a")
	r.Outgoing = append(r.Outgoing, storage.Outgoing{ID: "second", Case: "case-a", Platform: "slack", Channel: "C1", Thread: "message-a", Reply: []byte("x"), Created: start})
	write(t, s, r)
	err := s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: "reply-a", Owner: "me", State: storage.Sent, At: at(1)})
	wantErr(t, "settling a row that is not leased", err, storage.ErrConflict)
	lease(t, s, "me", start, 5)
	for name, g := range map[string]storage.Settlement{
		"of another owner":  {Tenant: tenant, ID: "reply-a", Owner: "you", State: storage.Sent, At: at(1), SentAs: "1"},
		"of an unknown row": {Tenant: tenant, ID: "unknown", Owner: "me", State: storage.Failed, At: at(1)},
		"again by another":  {Tenant: tenant, ID: "reply-a", Owner: "you", State: storage.Pending, At: at(1)},
	} {
		wantErr(t, "a settlement "+name, s.Settle(t.Context(), g), storage.ErrConflict)
	}
	if err := s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: "reply-a", Owner: "me", State: storage.Leased, At: at(1)}); err == nil {
		t.Error("a row was settled as leased")
	}
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); !c.Sent.IsZero() || c.Thread != "message-a" {
		t.Errorf("the case was touched by settlements that failed: %+v", c)
	}
	settle(t, s, "me", "reply-a", storage.Sent)
	err = s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: "reply-a", Owner: "me", State: storage.Failed, At: at(1)})
	wantErr(t, "settling a row twice", err, storage.ErrConflict)
	reply := got(s.Replies(t.Context(), tenant, "case-a"))(t)[0]
	if reply.State != storage.Sent || reply.SentAs != "sent as reply-a" || !reply.SentAt.Equal(at(time.Second)) || reply.Owner != "" || !reply.Until.IsZero() {
		t.Errorf("the settled row is %+v", reply)
	}
	c := got(s.Case(t.Context(), tenant, "case-a"))(t)
	if !c.Sent.Equal(at(time.Second)) || c.Thread != "message-a" || c.Version != 1 {
		t.Errorf("the case of a row that was sent is %+v", c)
	}
	lease(t, s, "me", start, 5)
	settle(t, s, "me", "second", storage.Sent, func(g *storage.Settlement) { g.At = at(time.Hour) })
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); !c.Sent.Equal(at(time.Second)) {
		t.Errorf("the case was first sent at %v by a later row", c.Sent)
	}
	// A record decided before the settlement does not undo it.
	r = Full(tenant, "a")
	r.Delivery.ID, r.Message, r.Setting, r.Outgoing, r.Case.Version = "later", nil, nil, nil, 1
	write(t, s, r)
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); !c.Sent.Equal(at(time.Second)) {
		t.Errorf("the case was sent at %v after a later record", c.Sent)
	}
}

func outboxTakeover(t *testing.T, d *database) {
	s := d.store(t)
	write(t, s, say("a1", "A"), say("a2", "A"))
	lease(t, s, "me", start, 5)
	same(t, "a lease while it is held", ids(lease(t, s, "you", at(59*time.Second), 5)), []string(nil))
	all := lease(t, s, "you", at(time.Minute), 5)
	if len(all) != 1 || all[0].ID != "a1" || !all[0].Unsure || all[0].Attempts != 2 || all[0].Owner != "you" {
		t.Errorf("the row that was taken over is %+v", all)
	}
	err := s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: "a1", Owner: "me", State: storage.Sent, At: at(time.Minute), SentAs: "1"})
	wantErr(t, "settling a row that was taken over", err, storage.ErrConflict)
	settle(t, s, "you", "a1", storage.Pending)
	if all = lease(t, s, "me", at(2*time.Minute), 5); len(all) != 1 || !all[0].Unsure {
		t.Errorf("a row of which an earlier attempt may have been sent is %+v later", all)
	}
}

func outboxLost(t *testing.T, d *database) {
	s := d.store(t)
	private := func(o *storage.Outgoing) {
		o.Private, o.Person, o.ReplyTo, o.Case = true, "someone", []byte("address"), "c"
	}
	write(t, s, say("p1", "A", private), say("a2", "A"), say("p3", "B", private, func(o *storage.Outgoing) { o.Fleeting = true }))
	same(t, "the first lease", ids(lease(t, s, "me", start, 5)), []string{"p1", "p3"})
	same(t, "the lease after it has ended", ids(lease(t, s, "you", at(time.Minute), 5)), []string{"a2"})
	all := got(s.Replies(t.Context(), tenant, "c"))(t)
	if len(all) != 1 || all[0].ID != "p1" || all[0].State != storage.Lost || all[0].Owner != "" {
		t.Errorf("private replies whose lease has ended are %+v", all)
	}
	err := s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: "p1", Owner: "me", State: storage.Sent, At: at(time.Minute)})
	wantErr(t, "settling a lost row", err, storage.ErrConflict)
}

func outboxOnce(t *testing.T, d *database) {
	s := d.store(t)
	once := func(o *storage.Outgoing) { o.Once = "surge 1" }
	write(t, s, say("a1", "A", once), say("a2", "A", once), say("a3", "A"))
	elsewhere := say("b1", "B", once)
	elsewhere.Tenant = other
	write(t, s, elsewhere)
	same(t, "the first lease", ids(lease(t, s, "me", start, 5)), []string{"a1", "b1"})
	settle(t, s, "me", "a1", storage.Sent)
	write(t, s, say("a4", "A", once))
	same(t, "the lease after it was sent", ids(lease(t, s, "me", start, 5)), []string{"a3"})
	settle(t, s, "me", "a3", storage.Sent)
	same(t, "the last lease", ids(lease(t, s, "me", start, 5)), []string(nil))
}

func outboxReplaces(t *testing.T, d *database) {
	s := d.store(t)
	of := func(o *storage.Outgoing) { o.Case = "c" }
	replaces := func(id string) func(o *storage.Outgoing) {
		return func(o *storage.Outgoing) { o.Case, o.Replaces = "c", id }
	}
	write(t, s, say("a1", "A", of), say("a2", "A", replaces("a1")))
	all := lease(t, s, "me", start, 5)
	if len(all) != 1 || all[0].ID != "a1" || string(all[0].Reply) != "reply a2" || all[0].Target != "" {
		t.Fatalf("a row that was replaced while it was pending is %+v", all)
	}
	// While it is being sent, and after, a row is added.
	write(t, s, say("a3", "A", replaces("a1")))
	same(t, "the rows of the case", ids(got(s.Replies(t.Context(), tenant, "c"))(t)), []string{"a1", "a3"})
	settle(t, s, "me", "a1", storage.Sent)
	all = lease(t, s, "me", start, 5)
	if len(all) != 1 || all[0].ID != "a3" || string(all[0].Reply) != "reply a3" || all[0].Target != "sent as a1" || all[0].Replaces != "a1" {
		t.Errorf("a row that replaces a sent one is %+v", all)
	}
	settle(t, s, "me", "a3", storage.Sent, func(g *storage.Settlement) { g.SentAs = "sent as a1" })
	write(t, s, say("a4", "A", replaces("a3")))
	if all = lease(t, s, "me", start, 5); len(all) != 1 || all[0].ID != "a4" || all[0].Target != "sent as a1" {
		t.Errorf("a row that replaces a sent one that replaces another is %+v", all)
	}
	settle(t, s, "me", "a4", storage.Failed)
	write(t, s, say("a5", "A", replaces("a4")), say("a6", "A", replaces("unknown")))
	for _, want := range []string{"a5", "a6"} {
		if all = lease(t, s, "me", start, 1); len(all) != 1 || all[0].ID != want || all[0].Target != "" {
			t.Errorf("the row %s that replaces what was never sent is %+v", want, all)
		}
		settle(t, s, "me", want, storage.Sent)
	}
	// One of which an attempt may have been sent is not overwritten.
	write(t, s, say("b1", "B", of))
	lease(t, s, "me", start, 5)
	settle(t, s, "me", "b1", storage.Pending, func(g *storage.Settlement) { g.Unsure = true })
	write(t, s, say("b2", "B", replaces("b1")))
	if all = lease(t, s, "me", at(1), 5); len(all) != 1 || all[0].ID != "b1" || string(all[0].Reply) != "reply b1" {
		t.Errorf("a pending row that may have been sent is %+v after it was replaced", all)
	}
	// Once holds for what was overwritten, too.
	once := func(o *storage.Outgoing) { o.Once = "once" }
	write(t, s, say("c1", "E", of), say("c2", "E", replaces("c1"), once), say("c3", "E", replaces("c1"), once), say("c4", "E", once))
	all = got(s.Replies(t.Context(), tenant, "c"))(t)
	if last := all[len(all)-1]; last.ID != "c1" || string(last.Reply) != "reply c2" {
		t.Errorf("a row that was replaced once is %+v", last)
	}
	// In one record.
	two := say("d1", "F", of)
	two.Outgoing = append(two.Outgoing, say("d2", "F", replaces("d1")).Outgoing...)
	write(t, s, two)
	all = got(s.Replies(t.Context(), tenant, "c"))(t)
	if last := all[len(all)-1]; last.ID != "d1" || string(last.Reply) != "reply d2" {
		t.Errorf("a row that was replaced by its own record is %+v", last)
	}
}

// outboxShared looks how a private case gets a thread when it is shared.
func outboxShared(t *testing.T, d *database) {
	s := d.store(t)
	r := Full(tenant, "a")
	r.Case.Private, r.Case.Thread = true, ""
	r.Outgoing[0].Private, r.Outgoing[0].Thread = true, ""
	write(t, s, r)
	lease(t, s, "me", start, 5)
	settle(t, s, "me", "reply-a", storage.Sent)
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); c.Thread != "" || !c.Sent.Equal(at(time.Second)) {
		t.Errorf("a private case after its private reply is %+v", c)
	}
	write(t, s, say("shared", "", func(o *storage.Outgoing) { o.Case = "case-a" }))
	lease(t, s, "me", start, 5)
	settle(t, s, "me", "shared", storage.Sent)
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); c.Thread != "sent as shared" {
		t.Errorf("the thread of a shared case is %q", c.Thread)
	}
	m := got(s.Recall(t.Context(), storage.Query{Tenant: tenant, Channel: "C1", Message: "new", Thread: "sent as shared"}))(t)
	if m.Case == nil || m.Case.ID != "case-a" {
		t.Errorf("the case in the thread of a shared answer is %+v", m.Case)
	}
	// Neither another row nor a record decided before changes the thread.
	r = Full(tenant, "a")
	r.Delivery.ID, r.Message, r.Setting, r.Case.Version, r.Case.Thread, r.Case.Private = "later", nil, nil, 1, "", true
	r.Outgoing = []storage.Outgoing{{ID: "again", Case: "case-a", Platform: "slack", Channel: "C1", Reply: []byte("x"), Created: start}}
	write(t, s, r)
	lease(t, s, "me", start, 5)
	settle(t, s, "me", "again", storage.Sent)
	if c := got(s.Case(t.Context(), tenant, "case-a"))(t); c.Thread != "sent as shared" {
		t.Errorf("the thread of a shared case became %q", c.Thread)
	}
}

func outboxFleeting(t *testing.T, d *database) {
	s := d.store(t)
	fleeting := func(o *storage.Outgoing) { o.Fleeting, o.Case = true, "c" }
	for i, state := range []storage.SendState{storage.Sent, storage.Failed, storage.Lost} {
		id := fmt.Sprint("f", i)
		write(t, s, say(id, "A", fleeting))
		lease(t, s, "me", start, 5)
		settle(t, s, "me", id, storage.Pending)
		lease(t, s, "me", start, 5)
		settle(t, s, "me", id, state)
	}
	same(t, "the fleeting rows that were settled", got(s.Replies(t.Context(), tenant, "c"))(t), []storage.Outgoing{})
	// The platform's id of what is replaced may be given, for its row may be gone.
	write(t, s, say("g", "A", func(o *storage.Outgoing) { o.Target = "target" }))
	if all := lease(t, s, "me", start, 5); len(all) != 1 || all[0].Target != "target" {
		t.Errorf("a row with a target of its own is %+v", all)
	}
}

// outboxAtOnce lets senders of two stores empty the outbox: each row is sent
// once, and in each thread in order.
func outboxAtOnce(t *testing.T, d *database) {
	stores := []storage.Store{d.store(t), d.store(t)}
	const threads, rows = 10, 8
	for n := range rows {
		for thread := range threads {
			write(t, stores[0], say(fmt.Sprintf("%d-%d", thread, n), fmt.Sprint(thread)))
		}
	}
	var mu sync.Mutex
	sent := map[string][]string{}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			s, owner := stores[i%2], fmt.Sprint("owner ", i)
			for {
				mu.Lock()
				n := 0
				for _, list := range sent {
					n += len(list)
				}
				mu.Unlock()
				if n >= threads*rows || t.Context().Err() != nil {
					return
				}
				leased, err := s.Lease(t.Context(), storage.Lease{Platform: "slack", Owner: owner, Now: start, Until: at(time.Hour), Limit: 3})
				if err != nil {
					t.Errorf("lease: %v", err)
					return
				}
				for _, o := range leased {
					mu.Lock()
					sent[o.Thread] = append(sent[o.Thread], o.ID)
					mu.Unlock()
					err := s.Settle(t.Context(), storage.Settlement{Tenant: tenant, ID: o.ID, Owner: owner, State: storage.Sent, At: start, SentAs: o.ID})
					if err != nil && !errors.Is(err, t.Context().Err()) {
						t.Errorf("settle %s: %v", o.ID, err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	for thread, list := range sent {
		if len(list) != rows || !slices.IsSorted(list) {
			t.Errorf("thread %s was sent as %v", thread, list)
		}
	}
}
