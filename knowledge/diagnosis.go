package knowledge

import (
	"time"

	"authfix/knowledge/redact"
)

// An Input is what a diagnosis is made from.
type Input struct {
	Text    []byte        // the paste, in any encoding; with Prior it may be empty: what is known is ranked again
	Source  Source        // where it came from
	Now     time.Time     // the only clock
	Prior   []Observation // what earlier messages of this case contributed, oldest first
	Answers []Answer      // what was answered to guided questions
	Key     []byte        // the case's key, under which placeholders are numbered; may be nil
	Mark    []byte        // a key of whoever keeps several cases, under which secrets get their mark; nil for no marks
	Observe Observing     // whether the diagnosis also carries its observation, for a conversation
}

// Observing says when a diagnosis carries its observation, which costs about as
// much as the diagnosis.
type Observing uint8

// When a diagnosis carries its observation.
const (
	NotObserved Observing = iota
	IfSpoken              // when the verdict is certain or likely
	Observed              // always
)

// A Source says where a paste came from. Its strings are shown; they must not
// hold secrets.
type Source struct {
	Name    string // a file name, "message", "standard input"; may be ""
	Product string // the product whose log it is, if known: a value of product.name
}

// An Answer is what a person said to a guided question.
type Answer struct {
	Fact  string // the question's fact
	Value string // a choice's value, or pasted output that the question can read
}

// A Diagnosis is the conclusion about one paste. Its JSON form is the outward
// contract of the command line, HTTP and MCP. Every string that comes from the
// paste is redacted.
type Diagnosis struct {
	ID          string      `json:"id,omitempty"` // of the line, in a batch
	Verdict     Verdict     `json:"verdict"`
	Base        string      `json:"base"`       // generation of the knowledge base
	Candidates  []Candidate `json:"candidates"` // best first; empty when unknown
	Findings    []Finding   `json:"findings"`
	Facts       []ShownFact `json:"facts"`
	Redactions  []Redaction `json:"redactions"`
	Question    *Asked      `json:"question,omitempty"`
	Missing     *Missing    `json:"missing,omitempty"`
	Nearest     []Nearest   `json:"nearest,omitempty"` // entries by search, when nothing was recognised
	Notes       []string    `json:"notes,omitempty"`   // what was cut or could not be read
	Fingerprint string      `json:"fingerprint,omitempty"`

	Template    string      `json:"-"` // of the first error line, redacted and with what varies masked, when nothing was recognised
	Observation Observation `json:"-"` // what this message contributes to its case, if it was asked for
}

// Role is how a candidate stands to the others.
type Role string

// The roles.
const (
	AnswerRole      Role = "answer"      // what to say; two unrelated failures are two answers
	ConsequenceRole Role = "consequence" // follows from another candidate
	AlternativeRole Role = "alternative" // what else it may be
)

// A Candidate is a failure mode under consideration.
type Candidate struct {
	ID         string           `json:"id"`
	Title      string           `json:"title"`
	Score      float64          `json:"score"` // orders candidates; says nothing by itself
	Verdict    Verdict          `json:"verdict"`
	Version    int              `json:"version"`
	Severity   Severity         `json:"severity"`
	Systems    []string         `json:"systems"`
	Role       Role             `json:"role"`
	Of         string           `json:"of,omitempty"` // whose consequence it is
	Stance     Stance           `json:"stance,omitempty"`
	Evidence   []Evidence       `json:"evidence"`
	Cause      string           `json:"cause"`
	Causes     []ShownCause     `json:"causes"`
	Effect     string           `json:"effect"`
	Checks     []ShownCheck     `json:"checks"`
	Remedies   []ShownRemedy    `json:"remedies"`
	Prevention []string         `json:"prevention,omitempty"`
	References []ShownReference `json:"references"`
}

// Evidence is one place in the paste that speaks for a candidate.
type Evidence struct {
	Source string      `json:"source"`
	Line   int         `json:"line"`  // from 1; 0 for an answer or an earlier message
	Start  int         `json:"start"` // bytes in that line, half-open
	End    int         `json:"end"`
	Text   redact.Text `json:"text"`
	Around redact.Text `json:"around,omitempty"` // the line it stands on, cut around it
}

// A ShownCause is a cause and whether the paste establishes it.
type ShownCause struct {
	Text        string `json:"text"`
	Established bool   `json:"established"`
}

// A ShownCheck is a check with its statements filled in.
type ShownCheck struct {
	Text       string           `json:"text"`
	Language   Language         `json:"language"`
	Queries    []Query          `json:"queries"` // empty while a parameter is unknown
	Parameters []ShownParameter `json:"parameters"`
	Reads      string           `json:"reads,omitempty"`
}

// A Query is a statement with its parameters inserted.
type Query struct {
	Dialect string      `json:"dialect"`
	Query   redact.Text `json:"query"`
}

// A ShownParameter is where a value of a query came from.
type ShownParameter struct {
	Name  string       `json:"name"`
	Value *redact.Text `json:"value"` // nil when the paste does not hold it
	Line  int          `json:"line,omitempty"`
	How   string       `json:"how,omitempty"` // where to find it, when it is not known
}

// A ShownRemedy is what to do.
type ShownRemedy struct {
	Kind  RemedyKind `json:"kind"`
	Steps []string   `json:"steps"`
}

// A ShownReference is where a fact is written.
type ShownReference struct {
	Title string `json:"title"`
	URL   string `json:"url"`
	Read  string `json:"read,omitempty"`
}

// A Finding is what an analyzer established by itself.
type Finding struct {
	Analyzer string            `json:"analyzer"`
	Text     redact.Text       `json:"text"`
	Data     map[string]string `json:"data,omitempty"`
	Line     int               `json:"line,omitempty"`
}

// A ShownFact is a fact with the line on which it stands.
type ShownFact struct {
	Name  string      `json:"name"`
	Value redact.Text `json:"value"`
	Line  int         `json:"line,omitempty"`
}

// A Redaction is one replaced secret.
type Redaction struct {
	Kind        string `json:"kind"`
	Placeholder string `json:"placeholder"`
	Line        int    `json:"line"`
	Revoke      string `json:"revoke,omitempty"` // where its owner revokes it; "" when it is no secret but personal data
	Mark        string `json:"-"`                // the same secret's in every case, under Input.Mark; it tells nothing without that key
}

// An Asked is the question that would tell the leaders apart.
type Asked struct {
	ID      string   `json:"id"` // the fact
	Text    string   `json:"text"`
	Choices []Option `json:"choices"`
}

// An Option is one choice of a question.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// A Missing is the one piece of evidence that would settle the matter.
type Missing struct {
	Fact string `json:"fact"`
	How  string `json:"how"`
}

// A Nearest is an entry that search finds close to an unrecognised paste.
type Nearest struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}
