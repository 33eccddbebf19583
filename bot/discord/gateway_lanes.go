package discord

import (
	"sync"
)

// lanes keep what concerns one channel in order. They are safe for concurrent
// use.
type lanes struct {
	busy *sync.WaitGroup
	mu   sync.Mutex
	all  map[string]*lane
	open map[string]chan struct{} // messages in hand, by id
}

// A lane is what waits of one channel.
type lane struct {
	waiting []func()
	running bool
	held    int  // it waits until the channel is read back
	full    bool // it waits no longer for that: too much does
}

// maxHeld is how much of one channel waits until it is read back. All that waits
// takes places from other channels.
const maxHeld = 32

func newLanes(busy *sync.WaitGroup) *lanes {
	return &lanes{busy: busy, all: make(map[string]*lane), open: make(map[string]chan struct{})}
}

// add has f run after all that was added for the same channel before.
func (l *lanes) add(channel string, f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.of(channel)
	one.waiting = append(one.waiting, f)
	one.full = one.full || len(one.waiting) > maxHeld
	l.run(channel, one)
}

func (l *lanes) of(channel string) *lane {
	one := l.all[channel]
	if one == nil {
		one = &lane{}
		l.all[channel] = one
	}
	return one
}

// run has what waits done, unless it is being done.
func (l *lanes) run(channel string, one *lane) {
	switch {
	case one.running:
		return
	case len(one.waiting) == 0:
		if one.full = false; one.held == 0 {
			delete(l.all, channel)
		}
		return
	case one.held > 0 && !one.full:
		return
	}
	one.running = true
	l.busy.Go(func() {
		for {
			l.mu.Lock()
			if len(one.waiting) == 0 || one.held > 0 && !one.full {
				one.running = false
				l.run(channel, one)
				l.mu.Unlock()
				return
			}
			f := one.waiting[0]
			one.waiting[0] = nil
			one.waiting = one.waiting[1:]
			l.mu.Unlock()
			f()
		}
	})
}

// hold keeps what concerns a channel waiting until it is released as often.
func (l *lanes) hold(channel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(channel).held++
}

func (l *lanes) release(channel string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.all[channel]; one != nil {
		one.held--
		l.run(channel, one)
	}
}

// urgent reports whether something waits for a channel that is held.
func (l *lanes) urgent(channel string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.all[channel]
	return one != nil && len(one.waiting) > 0
}

// begin says that a message is in hand, until done is called.
func (l *lanes) begin(message string) (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if message == "" || l.open[message] != nil {
		return func() {}
	}
	c := make(chan struct{})
	l.open[message] = c
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.open, message)
		close(c)
	})
}

// pending is closed when a message is no longer in hand; nil when it is not.
func (l *lanes) pending(message string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.open[message]; c != nil {
		return c
	}
	return nil
}
