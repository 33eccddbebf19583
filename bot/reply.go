package bot

// A Reply is what the bot says: one anatomy that every platform draws. The zero
// Reply is silence. Every string that stems from a person is redacted before it
// gets here, and none of it is markup: a platform escapes what it must.
//
// It is encoded as JSON while it waits to be sent.
type Reply struct {
	Headline string    `json:"headline,omitempty"` // what it is, in one line
	Tone     Tone      `json:"tone,omitempty"`
	Sections []Section `json:"sections,omitempty"`
	Choices  []Choice  `json:"choices,omitempty"`
	Footnote string    `json:"footnote,omitempty"` // where it comes from: failure mode id@version and verdict
	Link     *Link     `json:"link,omitempty"`     // to the full answer
	Audience Audience  `json:"audience,omitempty"`
	Mark     Mark      `json:"mark,omitempty"`     // with or without Unmark alone: a reaction to the message, without words
	Unmark   Mark      `json:"unmark,omitempty"`   // an earlier mark of the message, which is taken away; it need not be there
	Replaces string    `json:"replaces,omitempty"` // the key of an earlier reply that this one takes the place of
}

// Silent reports whether r says nothing.
func (r *Reply) Silent() bool {
	return r.Headline == "" && len(r.Sections) == 0 && len(r.Choices) == 0 && r.Mark == "" && r.Unmark == ""
}

// A Mark is a reaction to a message. [Unread] matters by itself: where it cannot
// be shown it is said in two or three words. The others show at a glance how a
// case stands, which its thread says as well: where they cannot be shown, they
// are left out. A platform whose posts have tags may show them so.
type Mark string

// The marks.
const (
	Unread    Mark = "unread"    // there is a file that could not be read
	Answered  Mark = "answered"  // it was said what it is
	Unknown   Mark = "unknown"   // it was said that it is not known
	Escalated Mark = "escalated" // people look at it
	Resolved  Mark = "resolved"
)

// A Tone is how a reply is meant; a platform may show it by a colour, never by
// it alone.
type Tone string

// The tones.
const (
	Plain   Tone = ""        // information
	Sure    Tone = "sure"    // a certain answer
	Guess   Tone = "guess"   // a likely one
	Warning Tone = "warning" // something to act on: a leaked secret, a surge
	Done    Tone = "done"    // a confirmation
	Sorry   Tone = "sorry"   // it could not be done
)

// An Audience is who sees a reply.
type Audience string

// The audiences.
const (
	ToChannel Audience = ""       // everyone in the channel or thread
	ToPerson  Audience = "person" // the author of the message alone
	ToBoth    Audience = "both"   // first the author, then the channel: the desk makes two replies of it, which reach a platform as such
	ToHome    Audience = "home"   // the person's own page of the bot, where the platform has one
)

// A Section is one part of a reply. Exactly one of its bodies is set.
type Section struct {
	Label  string   `json:"label,omitempty"`  // such as Cause; "" for none
	Prose  string   `json:"prose,omitempty"`  // running text; lines are kept
	Code   string   `json:"code,omitempty"`   // to be shown as it is and copied
	Syntax string   `json:"syntax,omitempty"` // of Code: sql, shell, http, jql, text
	List   []string `json:"list,omitempty"`
	Number bool     `json:"number,omitempty"` // List is in order
	Fields []Field  `json:"fields,omitempty"`
	Links  []Link   `json:"links,omitempty"`
}

// A Field is a name with a value.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Choice is a button, or an entry of a list of suggestions.
type Choice struct {
	ID    string `json:"id"`    // at most 100 bytes: v1:<case>:<choice>, or v1::<command> when there is no case
	Label string `json:"label"` // at most 30 characters
	Style Style  `json:"style,omitempty"`
}

// A Style sets a choice off.
type Style string

// The styles.
const (
	Normal  Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// A Link leads to more: to a page, or to a message of the same tenant.
type Link struct {
	Label   string `json:"label"`
	URL     string `json:"url,omitempty"`
	Channel string `json:"channel,omitempty"` // without URL
	Message string `json:"message,omitempty"` // its key
}
