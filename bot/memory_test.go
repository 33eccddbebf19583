package bot_test

import (
	"context"
	"strconv"
	"sync"
	"time"

	"authfix/bot"
)

// A memory is an outbox with several owners, kept in memory.
type memory struct {
	now func() time.Time

	mu      sync.Mutex
	rows    []*row
	lease   func(owner string) error // what Lease fails with
	settle  func(owner string, o bot.Outgoing, s bot.Settlement) error
	leases  int
	settled int
	backs   int // rows handed back unsent
}

type row struct {
	bot.Outgoing
	state     bot.SendState // "" while it waits
	owner     string        // "" when it is not leased
	notBefore time.Time
	set       bot.Settlement // the last one
	took      int            // how many were settled before it was
}

func newMemory() *memory { return &memory{now: time.Now} }

// add appends rows, in order.
func (m *memory) add(rows ...bot.Outgoing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range rows {
		if o.Created.IsZero() {
			o.Created = m.now()
		}
		if o.ID == "" {
			o.ID = strconv.Itoa(len(m.rows) + 1)
		}
		o.To.Key = o.ID
		m.rows = append(m.rows, &row{Outgoing: o})
	}
}

// row returns a copy of a row.
func (m *memory) row(id string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.ID == id {
			return *r
		}
	}
	return row{}
}

// count returns how many rows are in a state.
func (m *memory) count(s bot.SendState) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range m.rows {
		if r.state == s {
			n++
		}
	}
	return n
}

// leased returns how many rows are leased.
func (m *memory) leased() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range m.rows {
		if r.owner != "" {
			n++
		}
	}
	return n
}

// of is the outbox as one owner sees it.
func (m *memory) of(owner string) view { return view{m, owner} }

type view struct {
	m     *memory
	owner string
}

func (v view) Lease(_ context.Context, platform string, n int, until time.Time) ([]bot.Outgoing, error) {
	m := v.m
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leases++
	if m.lease != nil {
		if err := m.lease(v.owner); err != nil {
			return nil, err
		}
	}
	now := m.now()
	type thread struct {
		tenant          bot.Tenant
		channel, thread string
	}
	blocked := make(map[thread]bool)
	var out []bot.Outgoing
	for _, r := range m.rows {
		if r.state != "" || r.To.Tenant.Platform != platform {
			continue
		}
		t := thread{r.To.Tenant, r.To.Channel, r.To.Thread}
		if blocked[t] || len(out) == n {
			continue
		}
		blocked[t] = true
		switch {
		case r.owner != "" && r.Until.After(now), r.notBefore.After(now):
			continue
		case r.owner != "" && r.Private:
			r.state, r.owner = bot.WasLost, ""
			continue
		case r.owner != "":
			r.Unsure = true
		}
		r.owner, r.Until = v.owner, until
		r.Attempt++
		out = append(out, r.Outgoing)
	}
	return out, nil
}

func (v view) Settle(_ context.Context, o bot.Outgoing, s bot.Settlement) error {
	m := v.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.settle != nil {
		if err := m.settle(v.owner, o, s); err != nil {
			return err
		}
	}
	for _, r := range m.rows {
		if r.ID != o.ID {
			continue
		}
		if r.owner != v.owner || !r.Until.Equal(o.Until) {
			return bot.ErrLeaseLost
		}
		r.owner, r.set = "", s
		m.settled++
		r.took = m.settled
		if s.State == bot.TryAgain {
			r.notBefore, r.Unsure = m.now().Add(s.After), s.Unsure
			m.backs++
		} else {
			r.state = s.State
		}
		return nil
	}
	return bot.ErrLeaseLost
}
