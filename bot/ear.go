package bot

import (
	"context"
	"errors"
	"sync"
)

// An Accepter is what a platform hands its messages to: the second argument of
// [Platform].Listen.
type Accepter = func(context.Context, Message) (Ack, error)

// An Ear holds who hears, for a platform whose deliveries come from several
// sides: connections of its own, requests that it is called with. Whoever has
// taken hold of it by Enter is waited for by Close. The zero Ear is closed. Its
// methods are safe for concurrent use.
type Ear struct {
	mu     sync.Mutex
	accept Accepter
	busy   sync.WaitGroup
}

// Open lets deliveries in, which are handed to accept. An Ear that is open
// already refuses.
func (e *Ear) Open(accept Accepter) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.accept != nil {
		return errors.New("it listens already")
	}
	e.accept = accept
	return nil
}

// Enter returns who hears, and what is called when that has been done. ok is
// false when nobody does.
func (e *Ear) Enter() (accept Accepter, leave func(), ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.accept == nil {
		return nil, nil, false
	}
	e.busy.Add(1)
	return e.accept, e.busy.Done, true
}

// Go runs f beside; Close waits for it. Whoever calls it is inside.
func (e *Ear) Go(f func()) { e.busy.Go(f) }

// Listening reports whether someone hears.
func (e *Ear) Listening() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.accept != nil
}

// Close lets nobody enter any more and waits for who has.
func (e *Ear) Close() {
	e.mu.Lock()
	e.accept = nil
	e.mu.Unlock()
	e.busy.Wait()
}
