package bot

import (
	"context"
	"errors"
	"time"
)

// An Outbox hands out the replies that wait, in order within a thread, to one
// sender at a time. The dispatcher reads it; who records the replies implements
// it.
type Outbox interface {
	// Lease takes up to n replies of a platform until a time.
	Lease(ctx context.Context, platform string, n int, until time.Time) ([]Outgoing, error)
	// Settle writes what became of one. [ErrLeaseLost] says that another sender
	// has it by now.
	Settle(ctx context.Context, o Outgoing, s Settlement) error
}

// An Outgoing is a reply under a lease.
type Outgoing struct {
	ID       string
	To       Destination
	Reply    Reply
	Private  bool
	Attempt  int       // from 1
	Unsure   bool      // an earlier attempt may have been said
	Created  time.Time // when it was recorded
	Received time.Time // when the message it answers was received, or zero
	Until    time.Time // the end of the lease
}

// A Settlement is what became of a leased reply.
type Settlement struct {
	State  SendState
	Sent   Sent          // when it is [WasSent]
	After  time.Duration // when it is [TryAgain]: not before
	Unsure bool          // when it is [TryAgain]: it may have been said
	Reason string        // in a word or two, without content
}

// A SendState is what became of a reply.
type SendState string

// The states.
const (
	WasSent  SendState = "sent"
	TryAgain SendState = "again"
	GaveUp   SendState = "failed" // it can never be said
	WasLost  SendState = "lost"   // a private reply that may or may not have been said, and is not said twice
)

// ErrLeaseLost says that a lease has passed to another sender.
var ErrLeaseLost = errors.New("the lease was lost")
