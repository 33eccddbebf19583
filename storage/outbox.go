package storage

import "time"

// A SendState is what became of a row of the outbox.
type SendState string

// The states of a row.
const (
	Pending SendState = "pending"
	Leased  SendState = "leased"
	Sent    SendState = "sent"
	Failed  SendState = "failed" // it can never be sent
	Lost    SendState = "lost"   // a private reply of which nobody knows whether it was sent
)

// An Outgoing is one reply to be sent, a row of the outbox.
//
// Replaces names an earlier row that this one is to be shown instead of. If
// that row is still pending when this one is recorded, and no attempt of it may
// have been sent, its Reply is overwritten and no row is added; else a row is
// added, and when it is leased Target has the platform's id of the earlier
// message, or "" when that was never sent.
type Outgoing struct {
	Tenant   Tenant
	ID       string // unique; also the key under which a platform knows a repetition
	Once     string // when not "": a second row of the tenant with it is not added, and no error
	Case     string // or ""
	Platform string
	Channel  string
	Thread   string // "" for the channel itself
	Person   string // of a private reply: who sees it
	Private  bool
	Message  string    // the key of the message it answers, or ""
	Reply    []byte    // redacted, encoded; at most 256 KiB
	ReplyTo  []byte    // a credential, sealed at rest; dropped when the row is settled
	ReplyBy  time.Time // when ReplyTo expires
	Replaces string    // id of the earlier row
	Fleeting bool      // the row is deleted when it is settled: it confirms that something was forgotten
	Created  time.Time
	// NotBefore is when it may be sent: zero is at once. One that waits for it since
	// it was recorded holds up nothing that was recorded later, and once its reply
	// is overwritten it waits no longer.
	NotBefore time.Time

	// Set by the outbox:
	State    SendState
	Attempts int
	Owner    string
	Until    time.Time // the end of the lease
	Unsure   bool      // an earlier attempt may have been sent
	Target   string    // what Replaces was sent as; one that is recorded stands, for that row may be forgotten by then
	SentAs   string    // the platform's id of it
	SentAt   time.Time
	Error    string // redacted
}

// A Lease asks for rows to send.
type Lease struct {
	Platform string
	Owner    string // this replica
	Now      time.Time
	Until    time.Time
	Limit    int
}

// A Settlement is what became of a leased row.
type Settlement struct {
	Tenant    Tenant
	ID        string
	Owner     string
	State     SendState // Sent, Failed, Lost, or Pending: to be tried again
	At        time.Time
	SentAs    string    // when Sent. A private case whose channel row it is gets it as its thread
	NotBefore time.Time // when Pending
	Unsure    bool      // when Pending: this attempt may have been sent
	Error     string    // redacted
}

// A Backlog is what is still to be sent.
type Backlog struct {
	Rows   int64
	Oldest time.Time // zero without rows
}

// A Job is work that is done after the record is committed, by whichever
// replica. It carries ids only.
type Job struct {
	Kind    string // at least two characters
	Version int
	Tenant  Tenant
	Case    string
	Message string
	File    string
	Once    bool      // a second job with equal fields is not added while one waits or runs
	At      time.Time // not before; zero: at once

	// Set by the queue:
	Attempt int  // from 1
	Last    bool // no attempt follows this one, unless it asks for [Later]
}
