package slack

import (
	"context"
	"errors"
	"sync"

	"authfix/bot"
)

// maxInHand is how many deliveries are read and decided at once. More wait with
// Slack: over Socket Mode in the connection, over HTTP until they are retried.
const maxInHand = 256

type accepter = func(context.Context, bot.Message) (bot.Ack, error)

// An ear holds who hears. Whoever has taken hold of it by enter is waited for by
// close. The zero ear is closed.
type ear struct {
	mu     sync.Mutex
	accept accepter
	busy   sync.WaitGroup
}

func (e *ear) open(accept accepter) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.accept != nil {
		return errors.New("it listens already")
	}
	e.accept = accept
	return nil
}

// enter returns who hears, and what is called when that has been done. ok is
// false when nobody does.
func (e *ear) enter() (accept accepter, leave func(), ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.accept == nil {
		return nil, nil, false
	}
	e.busy.Add(1)
	return e.accept, e.busy.Done, true
}

func (e *ear) listening() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.accept != nil
}

// close lets nobody enter any more and waits for who has.
func (e *ear) close() {
	e.mu.Lock()
	e.accept = nil
	e.mu.Unlock()
	e.busy.Wait()
}
