package storage

import "time"

// A Record is everything that one delivery led to.
type Record struct {
	Tenant       Tenant
	Delivery     Delivery
	Message      *Message      // what is known of the message from now on; nil when the delivery is of none
	Case         *Case         // as it is from now on; nil when none is touched
	Observation  *Observation  // put under its message's key in the case, over an earlier revision
	Retracted    string        // the key of a message whose observation is removed from the case
	Outgoing     []Outgoing    // in the order in which they are to be sent
	Vote         *Vote         // put over an earlier one of that person on that case
	Setting      *Setting      // put over the earlier one
	Audits       []Audit       // appended
	Sighting     *Sighting     // counted
	Unrecognised *Unrecognised // counted, with its excerpt if it has one
	Warned       [][]byte      // keyed MACs of secrets whose author is warned by this record
	Jobs         []Job         // enqueued in the same transaction
}

// A Delivery is one thing a platform told, under its own key for it. It is
// unique in its tenant.
type Delivery struct {
	ID       string    // at most 255 bytes
	Received time.Time // when it reached the program
	Decided  time.Time
	Decision string // what was decided, in a word: see the handlers' constants
	Ack      []byte // what the platform was answered, for a repetition; at most 64 KiB
	// Of a delivery that could not be parsed, what remains of it:
	Type  string
	Size  int64
	Error string // redacted
}

// A Message is what is known of one message of a channel. It is unique in its
// tenant by channel and key.
type Message struct {
	Channel  string
	Key      string
	Thread   string
	Author   string
	Revision int64  // of the highest edit decided, in the platform's own time (microseconds); 0: as first said
	Asked    bool   // the bot was asked by it
	Spoken   bool   // it was answered
	Deleted  bool   // its author took it back
	Case     string // the case it belongs to, or ""
	At       time.Time
	Version  int64 // how often it was written: the one read, 0 for none; [Recorder.Record] compares and increments
}

// A State is how far a case has come.
type State string

// The states.
const (
	Open      State = "open"
	Resolved  State = "resolved"
	Escalated State = "escalated"
	Withdrawn State = "withdrawn" // no longer recognised, after an edit or a deletion
)

// A Case is one problem brought to the desk, from its first message to its
// outcome. Of a case whose excerpts were swept, the stub remains.
type Case struct {
	Tenant      Tenant
	ID          string
	Channel     string
	Thread      string // the root message's key; "" in a direct conversation, and while a private case was not shared
	Author      string // who brought it
	Private     bool   // it came by a command and is seen by its author alone
	Asked       bool
	State       State
	Verdict     string
	FailureMode string // id of what was said; "" when unknown
	ModeVersion int
	Base        string // generation of the knowledge base that said it
	Fingerprint string
	Title       string   // of the failure mode, as it was said
	Excerpt     string   // redacted; swept before the stub
	Answers     []Answer // to guided questions
	Swept       bool     // observations and excerpt are gone

	Received   time.Time // the first message reached the program
	Decided    time.Time // first decided
	Sent       time.Time // the first answer was taken by the platform; set by [Outbox.Settle]
	FirstHuman time.Time // the first reply of a person other than the author
	ResolvedAt time.Time
	Updated    time.Time
	Version    int64 // as in [Message]
}

// An Answer is what a person said to a guided question.
type Answer struct {
	Fact  string `json:"fact"`
	Value string `json:"value"` // redacted
}

// An Observation is what one message contributed to a case, as the knowledge
// base encodes it: redacted and bounded.
type Observation struct {
	Message  string // key
	Author   string
	Revision int64
	At       time.Time
	Data     []byte // at most 256 KiB
}

// A Query says which message has arrived.
type Query struct {
	Tenant   Tenant
	Delivery string
	Channel  string
	Message  string   // key, or "": none
	Thread   string   // key of the root message, or "": the case is then that of the message, or none
	Direct   bool     // a direct conversation: without Thread its case is the newest one of the channel
	Case     string   // id, when the delivery names one; it stands above Thread
	Secrets  [][]byte // keyed MACs of which it is asked whether their author was warned
}

// A Memory is what is known when a message arrives.
type Memory struct {
	Delivery     *Delivery // this delivery was recorded before
	Message      *Message
	Case         *Case
	Observations []Observation // of the case, oldest first, at most [MaxObservations], the newest kept
	Policy       *Setting      // of the channel, else of the tenant
	Warned       [][]byte      // those of Query.Secrets that were warned of
}

// MaxObservations bounds the observations of one case that are given back.
const MaxObservations = 20

// A Vote is what one person said of a case's answer. There is one a person and
// case; it counts for the failure mode and version it was given for.
type Vote struct {
	Case        string
	Person      string
	FailureMode string
	ModeVersion int
	Value       string // helped, unhelped or wrong
	At          time.Time
}

// A Count is a number of equal votes.
type Count struct {
	ModeVersion int
	Value       string
	N           int64
}

// A Setting is the policy of a channel, encoded by the handlers.
type Setting struct {
	Channel string // "": of the whole tenant
	Data    []byte // at most 64 KiB
	By      string // who set it
	At      time.Time
	Version int64 // as in [Message]
}

// An Audit is one entry of the append-only record of what people with rights
// did.
type Audit struct {
	At      time.Time
	Actor   string // who, or "" for the program and for one who was forgotten
	Action  string // such as triage.on, escalate, forget, rotate
	Subject string
	Detail  string // redacted
}

// Widths of the spans in which sightings are counted.
const (
	Narrow = 5 * time.Minute
	Wide   = time.Hour
)

// A Sighting is one occurrence of a fingerprint.
type Sighting struct {
	Fingerprint string
	At          time.Time
}

// A Span is how often a fingerprint was seen in a span of time.
type Span struct {
	From time.Time
	N    int64
}

// An Unrecognised is a failure that no failure mode is known for, by the
// fingerprint of its template.
type Unrecognised struct {
	Fingerprint string
	Channel     string // where it was last seen
	Excerpt     string // redacted; "" where the channel does not allow it
	First, Last time.Time
	N           int64 // of [History.Uncategorised]; counted by Record
}

// Figures are the counts of some span of time.
type Figures struct {
	Cases     int64
	Known     int64 // verdict certain or likely
	Unknown   int64
	Helped    int64 // cases with a vote helped
	Unhelped  int64
	Wrong     int64
	Resolved  int64
	Escalated int64
	Median    time.Duration // from received to sent, of those that were sent; 0 when none
	Modes     []ModeFigures // most frequent first
}

// ModeFigures are the counts of one failure mode.
type ModeFigures struct {
	FailureMode string
	Title       string
	Cases       int64
	Helped      int64
	Wrong       int64
	Resolved    int64
}

// An Installation is a platform's leave to act in a workspace.
type Installation struct {
	Tenant   Tenant
	Platform string
	Name     string // of the workspace
	BotUser  string
	Bot      string
	Scopes   string
	Token    []byte // sealed at rest
	Refresh  []byte // sealed at rest
	Expires  time.Time
	Broken   string // why it no longer works: reinstall
	Updated  time.Time
	Version  int64
}

// A Document is one version of a failure mode that a team wrote, as text.
type Document struct {
	Tenant  Tenant
	ID      string
	Version int64
	Text    []byte // at most 64 KiB
	By      string
	At      time.Time
	Deleted bool
}

// Retention says how long what is kept. Zero keeps it for ever.
type Retention struct {
	Now        time.Time
	Deliveries time.Duration // deliveries, and messages and settled outbox rows of no case
	Excerpts   time.Duration // since a case was updated: its excerpt, observations, answers and replies
	Cases      time.Duration // since a case was updated: its stub, messages and votes; and who was warned
	Unknown    time.Duration // since it was last seen
	Sightings  time.Duration
	Audits     time.Duration
	Documents  time.Duration // old versions of documents
	Removed    time.Duration // since the bot was removed from a tenant, all of it; Sweep leaves that to the desk
}

// Forgotten says what is to be forgotten: a message by Channel and Message, or a
// person.
type Forgotten struct {
	Tenant  Tenant
	Channel string
	Message string
	Case    string // of a message that came by a command, which is known only as an observation of this case
	Person  string
	Audit   Audit // written in the same transaction; it must not hold what is forgotten
}
