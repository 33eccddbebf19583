package bot

import (
	"context"
	"slices"
	"sync"
)

// A gate lets in at most so many at once, and of each key one after another, in
// the order in which they came. It knows only the keys of who is there.
type gate struct {
	mu      sync.Mutex
	free    int
	outside []*turn            // not let in yet, in order
	queues  map[string][]*turn // let in, by key; the first of each has its turn
}

// A turn is one visit.
type turn struct {
	key    string
	inside bool
	ready  chan struct{} // closed when it is its turn
}

func newGate(places int) *gate {
	return &gate{free: places, queues: make(map[string][]*turn)}
}

// enter waits for a turn under key. Whoever has it calls leave, once.
func (g *gate) enter(ctx context.Context, key string) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &turn{key: key, ready: make(chan struct{})}
	g.mu.Lock()
	if g.free > 0 {
		g.admit(t)
	} else {
		g.outside = append(g.outside, t)
	}
	g.mu.Unlock()
	select {
	case <-t.ready:
		return func() { g.leave(t) }, nil
	case <-ctx.Done():
		g.leave(t)
		return nil, ctx.Err()
	}
}

// admit lets t in and into the queue of its key, in one step: so the order of
// each key is that of arrival.
func (g *gate) admit(t *turn) {
	g.free--
	t.inside = true
	q := append(g.queues[t.key], t)
	g.queues[t.key] = q
	if len(q) == 1 {
		close(t.ready)
	}
}

// leave ends a visit, wherever it has come to.
func (g *gate) leave(t *turn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !t.inside {
		g.outside = without(g.outside, t)
		return
	}
	q := g.queues[t.key]
	first := q[0] == t
	q = without(q, t)
	switch {
	case len(q) == 0:
		delete(g.queues, t.key)
	case first:
		close(q[0].ready)
		fallthrough
	default:
		g.queues[t.key] = q
	}
	g.free++
	if len(g.outside) > 0 {
		next := g.outside[0]
		g.outside = without(g.outside, next)
		g.admit(next)
	}
}

// without removes t and lets go of it.
func without(all []*turn, t *turn) []*turn {
	i := slices.Index(all, t)
	return slices.Delete(all, i, i+1)
}
