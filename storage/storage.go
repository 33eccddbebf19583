// Package storage is the desk's memory: what was decided about every delivery,
// the cases, what people said of them, and what is still to be sent. It holds
// the records and the small interfaces through which they are read and written;
// the engines are below it.
//
// # The promise
//
// [Recorder.Record] writes everything that one delivery led to in one
// transaction keyed by that delivery. When it returns nil, the record survives
// the end of the process and of the machine; when it returns an error, nothing
// of it was written. A delivery that was recorded before is told by
// [ErrDelivered], and a record that was decided from what no longer holds by
// [ErrConflict]: the caller recalls again and decides anew.
//
// # Nothing raw
//
// A paste, a file's content or a platform's payload never gets here. What comes
// from a paste comes redacted. Credentials (tokens, reply addresses, keys) are
// sealed by a [Keyring] before they reach the database.
//
// # Tenants
//
// Every row has its tenant in its key and in every index, and every method that
// reads or writes rows of a tenant takes it: a second tenant with equal ids sees
// nothing of the first.
//
// # Engines
//
// Package relational implements the roles over a few SQL statements that SQLite
// and PostgreSQL share; packages sqlite and postgres open their database,
// migrate it and say how a transaction is made. Package storagetest is the
// contract that both pass. Package queue runs jobs.
//
// All methods are safe for concurrent use. Times are UTC and kept to the
// microsecond; a zero time is kept as such. A method that waits ends with the
// context's error when the context ends; whether a write then took place is
// unknown, and recording the same delivery again tells.
package storage

import (
	"context"
	"errors"
	"io"
	"time"
)

// The errors that callers decide on; test with [errors.Is].
var (
	// ErrNotFound says that there is no such record.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that what the caller decided from has changed since: it
	// recalls and decides again.
	ErrConflict = errors.New("changed since it was read")
	// ErrDelivered says that the delivery was recorded before. It is returned
	// only when that record is committed.
	ErrDelivered = errors.New("this delivery is recorded already")
	// ErrUnavailable says that the database cannot be reached or cannot write at
	// present (it is locked, full or restarting): nothing was recorded, and
	// trying later may help.
	ErrUnavailable = errors.New("the database is not available")
)

// A Tenant is whom a record belongs to: one workspace or guild of one platform,
// as an opaque key. It is never empty.
type Tenant string

// A Store is everything that an engine implements.
type Store interface {
	Recorder
	Recaller
	Outbox
	History
	Tenants
	Installations
	Documents
	Claims
	Keeper
	io.Closer
}

// A Recorder writes what a delivery led to.
type Recorder interface {
	// Record writes r in one durable transaction; see the package comment.
	Record(ctx context.Context, r *Record) error
}

// A Recaller reads what a decision about a message is made from.
type Recaller interface {
	// Recall reads, in one consistent view, what is known of a message that has
	// arrived. What is not known is nil or empty; that is no error.
	Recall(ctx context.Context, q Query) (Memory, error)
	// Case returns a case; [ErrNotFound] without one.
	Case(ctx context.Context, t Tenant, id string) (Case, error)
	// Policy returns the settings of a channel, or of the tenant for "";
	// [ErrNotFound] without any.
	Policy(ctx context.Context, t Tenant, channel string) (Setting, error)
	// Policies returns the settings of all channels of a tenant, by channel.
	Policies(ctx context.Context, t Tenant) ([]Setting, error)
	// Replies returns the replies of a case in the order in which they were
	// recorded, without their credentials.
	Replies(ctx context.Context, t Tenant, caseID string) ([]Outgoing, error)
}

// An Outbox hands out what is to be sent, in order within a thread, to one
// sender at a time. A row is not handed out while an earlier row of the same
// tenant, channel and thread is pending or leased (but for one that was recorded
// to wait), nor before its NotBefore.
type Outbox interface {
	// Lease takes up to n rows of a platform, oldest first, for owner until a
	// time, counting an attempt of each. Rows whose lease has ended before now
	// are taken over, with Unsure set: whether they were sent is unknown. A
	// private row whose lease has ended is not handed out again but settled as
	// [Lost], for a private reply is sent at most once.
	Lease(ctx context.Context, l Lease) ([]Outgoing, error)
	// Settle writes what became of a leased row. [ErrConflict] says that the
	// lease was lost to another owner: nothing was written.
	Settle(ctx context.Context, s Settlement) error
	// Backlog tells how many rows of a platform are pending or leased, and when
	// the oldest of them was recorded.
	Backlog(ctx context.Context, platform string) (Backlog, error)
}

// History is what happened before, for links, surges and figures.
type History interface {
	// Alike returns where the cases of a fingerprint are that were received since
	// a time: ID, Channel, Thread, Private, State and Received alone are set. Newest
	// first, at most limit.
	Alike(ctx context.Context, t Tenant, fingerprint string, since time.Time, limit int) ([]Case, error)
	// Sightings counts how often a fingerprint was seen in spans of a width
	// ([Narrow] or [Wide]) that begin at or after since, oldest first; spans
	// without one are left out.
	Sightings(ctx context.Context, t Tenant, fingerprint string, width time.Duration, since time.Time) ([]Span, error)
	// Figures counts the cases of a tenant received in [from, to).
	Figures(ctx context.Context, t Tenant, from, to time.Time) (Figures, error)
	// Recent returns the newest cases that a person brought, at most limit.
	Recent(ctx context.Context, t Tenant, person string, limit int) ([]Case, error)
	// Uncategorised returns the failures that were not recognised, most frequent
	// first, at most limit.
	Uncategorised(ctx context.Context, t Tenant, limit int) ([]Unrecognised, error)
	// Audits returns the audit entries of a tenant, newest first, at most limit.
	Audits(ctx context.Context, t Tenant, limit int) ([]Audit, error)
	// CaseVotes returns the votes on a case, oldest first.
	CaseVotes(ctx context.Context, t Tenant, caseID string) ([]Vote, error)
	// Votes returns the votes on a failure mode of a tenant, counted.
	Votes(ctx context.Context, t Tenant, failureMode string) ([]Count, error)
}

// Tenants knows the tenants there are.
type Tenants interface {
	// TenantKey returns the 32-byte key of a tenant, which is made at the first
	// call: all replicas get the same.
	TenantKey(ctx context.Context, t Tenant) ([]byte, error)
	// EachTenant returns all tenants that have anything stored.
	EachTenant(ctx context.Context) ([]Tenant, error)
	// DropTenant deletes everything of a tenant.
	DropTenant(ctx context.Context, t Tenant) error
}

// Installations keeps the tokens of workspaces.
type Installations interface {
	// PutInstallation writes i over what was known; with a Version other than
	// that stored (0: none stored) it fails with [ErrConflict].
	PutInstallation(ctx context.Context, i Installation) error
	// Installation returns that of a tenant; [ErrNotFound] without one.
	Installation(ctx context.Context, t Tenant) (Installation, error)
	// AllInstallations returns those of a platform, without their tokens.
	AllInstallations(ctx context.Context, platform string) ([]Installation, error)
	// DropInstallation forgets the tokens of a tenant; it is no error that there
	// are none.
	DropInstallation(ctx context.Context, t Tenant) error
	// WithInstallation runs f with the installation while no other replica can
	// run it for the same tenant, and writes what f returns before the next may.
	// f may take as long as a request to the platform. [ErrConflict] says that the
	// installation was changed or taken over meanwhile, and what f returned was
	// not written.
	WithInstallation(ctx context.Context, t Tenant, f func(Installation) (Installation, error)) error
}

// Documents keeps the failure modes that teams wrote, with their history.
type Documents interface {
	// PutDocument adds a version of a document. d.Version is the number of the
	// version it was made from (0: none); another one stored is [ErrConflict].
	PutDocument(ctx context.Context, d Document) error
	// AllDocuments returns the newest version of each document of a tenant that
	// is not deleted, by id.
	AllDocuments(ctx context.Context, t Tenant) ([]Document, error)
	// DocumentVersions returns all versions of one, newest first.
	DocumentVersions(ctx context.Context, t Tenant, id string) ([]Document, error)
	// Generation counts the changes of all documents of a tenant: replicas
	// compare it to know that their base is old.
	Generation(ctx context.Context, t Tenant) (int64, error)
}

// Claims keeps which replica does what only one may do at a time, and what the
// next one has to know to go on. Names are of the whole program, not of a tenant.
type Claims interface {
	// Claim takes a name for an owner until a time, or renews it, and returns the
	// state that was last written under the name; ok is false while another owner
	// has it at now.
	Claim(ctx context.Context, name, owner string, now, until time.Time) (state []byte, ok bool, err error)
	// KeepClaim renews a claim and writes its state, at most 64 KiB. [ErrConflict]
	// says that another owner has taken it: nothing was written.
	KeepClaim(ctx context.Context, name, owner string, state []byte, until time.Time) error
	// ReleaseClaim writes the state and lets others take the name at once.
	// [ErrConflict] as for KeepClaim.
	ReleaseClaim(ctx context.Context, name, owner string, state []byte) error
}

// A Keeper looks after the database as a whole.
type Keeper interface {
	// Ping tells whether the database answers and can write.
	Ping(ctx context.Context) error
	// Sweep deletes what is older than its time and returns how many rows of
	// each kind went. It works in small transactions, so that nothing waits for
	// it for long.
	Sweep(ctx context.Context, r Retention) (map[string]int64, error)
	// Forget deletes what is stored of a message or of a person, and returns how
	// many rows went. When it returns, no byte of them is in the database's
	// files (SQLite) or reachable by any query or backup (PostgreSQL).
	Forget(ctx context.Context, f Forgotten) (int64, error)
	// Purge makes sure that the bytes of deleted rows are gone from the files.
	Purge(ctx context.Context) error
	// Rotate seals every sealed value with the first key of the ring and returns
	// how many it changed.
	Rotate(ctx context.Context) (int64, error)
	// Backup writes a consistent copy of the database to a new file while it is
	// in use. An existing file is an error.
	Backup(ctx context.Context, file string) error
}
