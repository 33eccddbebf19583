package bot

import (
	"context"
	"errors"
	"io"
	"time"
)

// A Handler decides about a message. When Handle returns without an error, the
// decision and every reply it leads to are recorded durably; the dispatcher then
// acknowledges the message. After an error the message is not acknowledged, and
// the platform delivers it again. Handle is called concurrently.
type Handler interface {
	Handle(ctx context.Context, m Message) (Outcome, error)
}

// An Outcome is what was decided about a message.
type Outcome struct {
	Ack      Ack
	Decision string // in a word, for the log and the metrics
	Repeated bool   // the delivery, or the message in this revision, was decided before
	Replies  int    // how many replies wait to be sent because of it
	Verdict  string // of a diagnosis, or ""
	Mode     string // the failure mode that was said, or ""
}

// An Ack is what a platform is answered at once. On some platforms that is a
// reply of its own; the zero Ack says "received".
type Ack struct {
	Errors  map[string]string `json:"errors,omitempty"`  // of a form, by field
	Choices []Choice          `json:"choices,omitempty"` // suggestions
	Form    *Form             `json:"form,omitempty"`    // to be opened
	Later   bool              `json:"later,omitempty"`   // a reply to the person follows
}

// A Form asks for a text of many lines.
type Form struct {
	ID    string `json:"id"` // comes back as the Command of what is filled in
	Title string `json:"title"`
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
}

// A Platform hears and speaks. All methods are called concurrently.
type Platform interface {
	// Name is the platform's name in tenants, settings and metrics.
	Name() string
	// Listen hands every message to accept until the context ends, and answers
	// the platform with what accept returned. It acknowledges nothing for which
	// accept returned an error. It returns nil when the context has ended and
	// every call of accept has returned, and an error when it cannot go on.
	Listen(ctx context.Context, accept func(context.Context, Message) (Ack, error)) error
	// Send says r. Its error tells what to do: see [ErrPermanent], [RetryAfter] and
	// [ErrUnknown]; any other error is tried again after a while, for the reply was
	// not said.
	Send(ctx context.Context, to Destination, r Reply) (Sent, error)
}

// A Fetcher can open what was attached. The reader ends with an error when the
// content is not that of the file.
type Fetcher interface {
	Open(ctx context.Context, t Tenant, f File) (io.ReadCloser, error)
}

// A Role is what a person may do.
type Role int

// The roles, each including those before it.
const (
	Viewer Role = iota // reads and asks
	Editor             // writes failure modes
	Admin              // sets policies, escalation targets, deletes
)

// A Directory knows the roles of people on its platform.
type Directory interface {
	Role(ctx context.Context, t Tenant, who Author) (Role, error)
}

// A Viewpoint knows what people can see.
type Viewpoint interface {
	// CanSee reports whether a person can read a channel.
	CanSee(ctx context.Context, t Tenant, who Author, channel string) (bool, error)
	// IsPublic reports whether everyone in the tenant can read a channel. When that
	// cannot be told, it is not.
	IsPublic(ctx context.Context, t Tenant, channel string) bool
}

// A Resident knows where it is installed.
type Resident interface {
	// Here reports whether the bot can act in a tenant at present.
	Here(ctx context.Context, t Tenant) (bool, error)
}

// A Lacking platform may hear less than people think.
type Lacking interface {
	// Lacks says what is not heard for want of something that people can grant, and
	// what to do about it, in sentences; "" when nothing is missing.
	Lacks() string
}

// A Finder can tell whether a reply was said: it settles a send whose outcome is
// unknown. It finds by the Key of the destination.
type Finder interface {
	Find(ctx context.Context, to Destination) (Sent, bool, error)
}

// A Suggester completes what is being typed.
type Suggester interface {
	Suggest(ctx context.Context, m Message) ([]Choice, error)
}

// A Pacer says how often a platform may be spoken to.
type Pacer interface {
	// Pace is the least time between two replies in one channel.
	Pace() time.Duration
}

// A Deduplicator's platform says nothing twice that has the same Key, within
// the window: a send whose outcome is unknown may simply be repeated.
type Deduplicator interface {
	Window() time.Duration
}

// ErrPermanent marks an error of Send after which no attempt can succeed: the
// channel is gone, the token was revoked, the reply is invalid.
var ErrPermanent = errors.New("it can never be sent")

// ErrUnknown marks an error of Send after which nobody knows whether the reply
// was said: the connection broke or the server failed after the request was
// written.
var ErrUnknown = errors.New("it may have been sent")

// A RetryAfter is an error of Send by which the platform says when to come
// again. The reply was not said.
type RetryAfter struct {
	After   time.Duration
	Channel bool // it holds for the channel alone, not for the whole tenant
}

func (e *RetryAfter) Error() string { return "the platform asks to wait " + e.After.String() }
