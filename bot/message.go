package bot

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// A Tenant is one workspace or guild of one platform.
type Tenant struct {
	Platform   string // such as slack; never empty
	Enterprise string // Slack's Enterprise Grid, or ""
	Workspace  string // workspace or guild, or ""
}

// String is the tenant as one key: three parts, escaped, parted by slashes.
func (t Tenant) String() string {
	return url.PathEscape(t.Platform) + "/" + url.PathEscape(t.Enterprise) + "/" + url.PathEscape(t.Workspace)
}

// ParseTenant reads what [Tenant.String] wrote.
func ParseTenant(s string) (Tenant, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 || parts[0] == "" {
		return Tenant{}, errors.New("a tenant has three parts: platform/enterprise/workspace")
	}
	for i := range parts {
		var err error
		if parts[i], err = url.PathUnescape(parts[i]); err != nil {
			return Tenant{}, err
		}
	}
	return Tenant{parts[0], parts[1], parts[2]}, nil
}

// A Kind says what happened.
type Kind string

// The kinds of messages.
const (
	Said      Kind = "said"      // someone wrote a message
	Edited    Kind = "edited"    // someone changed one; Text and Files are the new ones
	Deleted   Kind = "deleted"   // someone took one back
	Commanded Kind = "commanded" // a command, a form or a shortcut; Text is its argument
	Opened    Kind = "opened"    // someone looks at the bot's own page, where the platform has one
	Clicked   Kind = "clicked"   // a choice of an earlier reply, in Choice
	Broken    Kind = "broken"    // a delivery that could not be read: only Delivery, Type, Size and Error are set
)

// A Place is the kind of a channel.
type Place string

// The places.
const (
	Direct  Place = "direct"  // a conversation of one person with the bot
	Private Place = "private" // a channel for its members
	Public  Place = "public"
)

// A Message is one thing said, changed, taken back, commanded or clicked. It
// holds raw text: it is never stored or logged.
type Message struct {
	Tenant   Tenant
	Delivery string // the platform's own key of this delivery, at most 255 bytes
	Kind     Kind
	Channel  string // id
	Place    Place
	Thread   string // key of the thread's root message; "" when it is not in one
	Key      string // id of the message in its channel: for a click, of the message with the choice; "" when there is none
	Revision int64  // time of the edit in microseconds; 0 as first said
	Asked    bool   // it is for the bot: a command, a mention, a direct message, a shortcut, a click
	Author   Author
	Text     string // as typed, with mentions of the bot removed
	Command  string // of a command: its name, or "" when it stands at the head of Text
	Choice   string // of a click: the choice's id
	Files    []File
	ReplyTo  string    // an address or token for a private answer: an expiring credential
	ReplyBy  time.Time // when ReplyTo expires
	Sent     time.Time // when the platform says that it happened
	Received time.Time // when it reached the program; set by the dispatcher

	// Of a broken delivery:
	Type  string
	Size  int64
	Error string // without any of its content
}

// An Author is who did it.
type Author struct {
	ID    string
	Bot   bool // another program
	Self  bool // this bot
	Admin bool // the platform said so with the message; a [Directory] may know more
}

// A File is what was attached. Its content is fetched by a [Fetcher], which
// needs nothing but the ID.
type File struct {
	ID   string // at most 1,024 bytes
	Name string
	Size int64  // as the platform says; not to be trusted
	Type string // as the platform says; not to be trusted
}

// A Destination is where a reply goes. Person without Channel is a direct
// message to that person; Person with Channel is a reply in that channel that
// nobody else sees.
type Destination struct {
	Tenant   Tenant
	Channel  string
	Thread   string // "" for the channel itself
	Person   string // who alone sees it
	ReplyTo  string // as in [Message]; "" when none or expired
	Message  string // the key of the message that it answers, or that is marked; "" for none. One that is also the Thread is that thread's root.
	Replaces string // the platform's id of the earlier message that is changed; "" to say something new
	Key      string // unique for this reply; the platform's nonce, where it has one
}

// Sent is what the platform knows the reply by.
type Sent struct {
	ID string
}
