package knowledge

// A FailureMode is one documented way in which an integration's authentication
// fails: how it is recognised, why it happens, how to make sure and what to do.
// It is written as one YAML file; [Load] reads and validates it.
type FailureMode struct {
	ID       string   `yaml:"id" json:"id"`                                 // the file's name without .yaml; lower case words joined by '-'; never reused
	Formerly []string `yaml:"formerly,omitempty" json:"formerly,omitempty"` // ids under which it was known before
	Title    string   `yaml:"title" json:"title"`                           // the headline, a sentence without a full stop, ≤ 90 characters
	Systems  []string `yaml:"systems" json:"systems"`                       // products at which it is seen, as people write them
	Severity Severity `yaml:"severity" json:"severity"`
	Version  int      `yaml:"version" json:"version"` // from 1; raised when the meaning of an answer changes
	Versions []Range  `yaml:"versions,omitempty" json:"versions,omitempty"`

	Cause  string  `yaml:"cause" json:"cause"`                       // one to three sentences
	Causes []Cause `yaml:"causes,omitempty" json:"causes,omitempty"` // what may lie behind it, likeliest first
	Effect string  `yaml:"effect" json:"effect"`                     // what the person notices

	Signatures []Signature `yaml:"signatures" json:"signatures"`
	Over       []string    `yaml:"over,omitempty" json:"over,omitempty"`         // ids that are dropped when this one matches as surely
	Explains   []string    `yaml:"explains,omitempty" json:"explains,omitempty"` // ids that are listed under this one as its consequences

	Needs      []Need      `yaml:"needs,omitempty" json:"needs,omitempty"`
	Checks     []Check     `yaml:"checks" json:"checks"`
	Remedies   []Remedy    `yaml:"remedies" json:"remedies"`
	Prevention []string    `yaml:"prevention,omitempty" json:"prevention,omitempty"`
	References []Reference `yaml:"references" json:"references"`
	Examples   Examples    `yaml:"examples" json:"examples"`
}

// Severity is how much an occurrence hurts while it lasts.
type Severity string

// The severities.
const (
	High   Severity = "high"   // an integration stands still for everybody
	Medium Severity = "medium" // some users or some functions
	Low    Severity = "low"    // one user, or cured by one click
)

// A Range names the versions of a product that a failure mode affects.
type Range struct {
	Product  string   `yaml:"product" json:"product"`
	Affected string   `yaml:"affected,omitempty" json:"affected,omitempty"` // in words or as a comparison, "< 9.1.0"
	FixedIn  []string `yaml:"fixed_in,omitempty" json:"fixed_in,omitempty"`
}

// A Cause is one possible reason. When, if given, establishes it from the
// paste: a cause that is established is listed first and marked.
type Cause struct {
	Text string     `yaml:"text" json:"text"`
	When *Condition `yaml:"when,omitempty" json:"when,omitempty"`
}

// A Signature is one set of conditions by which a failure mode is recognised.
// All of All, one of Any and none of None must hold.
type Signature struct {
	Gives     Verdict  `yaml:"gives" json:"gives"` // certain, likely or unsure
	All       []Clause `yaml:"all,omitempty" json:"all,omitempty"`
	Any       []Clause `yaml:"any,omitempty" json:"any,omitempty"`
	None      []Clause `yaml:"none,omitempty" json:"none,omitempty"`             // looked for in the whole paste
	Within    int      `yaml:"within,omitempty" json:"within,omitempty"`         // logical lines from the first to the last hit; 1: the same line; default 200
	InOrder   bool     `yaml:"in_order,omitempty" json:"in_order,omitempty"`     // the hits of All stand in this order
	PasteOnly bool     `yaml:"paste_only,omitempty" json:"paste_only,omitempty"` // no clause has a literal of 8 bytes: not looked for in whole log files
}

// A Condition is a signature without a verdict.
type Condition struct {
	All  []Clause `yaml:"all,omitempty" json:"all,omitempty"`
	Any  []Clause `yaml:"any,omitempty" json:"any,omitempty"`
	None []Clause `yaml:"none,omitempty" json:"none,omitempty"`
}

// A Clause is one condition: exactly one of Literal, Regexp, Phrase, Fact, All,
// Any, None is given. A phrase is a product's sentence, found by its letters
// alone: whatever blanks, punctuation, line breaks and look-alike characters
// (0 for o, 1 for l or i, 5 for s) stand between them. Literals and regexps are matched on one logical line (or one
// decoded or joined view of some), with ASCII case folded; named groups of a
// regexp become parameters.
type Clause struct {
	Literal string   `yaml:"literal,omitempty" json:"literal,omitempty"`
	Regexp  string   `yaml:"regexp,omitempty" json:"regexp,omitempty"`
	Phrase  string   `yaml:"phrase,omitempty" json:"phrase,omitempty"`
	Fact    string   `yaml:"fact,omitempty" json:"fact,omitempty"` // a name of the vocabulary; alone: the fact is there
	Is      string   `yaml:"is,omitempty" json:"is,omitempty"`     // with Fact: some value equals this
	In      []string `yaml:"in,omitempty" json:"in,omitempty"`     // with Fact: some value is one of these
	Not     []string `yaml:"not,omitempty" json:"not,omitempty"`   // with Fact: the fact is there and some value is none of these
	Above   *int64   `yaml:"above,omitempty" json:"above,omitempty"`
	Below   *int64   `yaml:"below,omitempty" json:"below,omitempty"`
	Times   int      `yaml:"times,omitempty" json:"times,omitempty"` // with Literal, Regexp: on at least so many lines

	All  []Clause `yaml:"all,omitempty" json:"all,omitempty"`
	Any  []Clause `yaml:"any,omitempty" json:"any,omitempty"`
	None []Clause `yaml:"none,omitempty" json:"none,omitempty"`
}

// A Need is a fact that would settle whether this failure mode is the one, and
// how to get it.
type Need struct {
	Fact string            `yaml:"fact" json:"fact"`
	How  string            `yaml:"how" json:"how"`
	Per  map[string]string `yaml:"per,omitempty" json:"per,omitempty"` // instead of How, by product.name
}

// A Check is one step of the diagnosis, in order.
type Check struct {
	Text       string      `yaml:"text" json:"text"`
	Language   Language    `yaml:"language" json:"language"` // none when there is nothing to run
	Statements []Statement `yaml:"statements,omitempty" json:"statements,omitempty"`
	Parameters []Parameter `yaml:"parameters,omitempty" json:"parameters,omitempty"`
	Reads      string      `yaml:"reads,omitempty" json:"reads,omitempty"` // what the result means: "ghu_ confirms it · gho_ rules it out"
}

// Language is what a statement is written in.
type Language string

// The languages of statements.
const (
	NoLanguage Language = "none"
	SQL        Language = "sql"
	Shell      Language = "shell"
	HTTP       Language = "http"
	JQL        Language = "jql"
)

// A Statement is a check's query in one dialect. {name} stands for a
// parameter, which is inserted as a quoted literal of the language; a literal
// brace is written twice. A statement can only read.
type Statement struct {
	Dialect   string `yaml:"dialect" json:"dialect"` // sql: postgres, mysql, oracle, mssql · shell: posix, powershell · http: curl · jql: jira
	Statement string `yaml:"statement" json:"statement"`
}

// A Parameter is a value that is read out of the paste into a statement.
type Parameter struct {
	Name    string `yaml:"name" json:"name"`
	Type    string `yaml:"type" json:"type"`                           // string, identifier, host, url, int, time
	Capture bool   `yaml:"capture,omitempty" json:"capture,omitempty"` // from a named group of a signature's regexp
	Fact    string `yaml:"fact,omitempty" json:"fact,omitempty"`       // or from a fact
	Pattern string `yaml:"pattern,omitempty" json:"pattern,omitempty"` // what a value must look like, whole; others are refused
	How     string `yaml:"how,omitempty" json:"how,omitempty"`         // where to find the value when the paste lacks it
}

// A Remedy is what to do.
type Remedy struct {
	Kind  RemedyKind `yaml:"kind" json:"kind"`
	Steps []string   `yaml:"steps" json:"steps"`
}

// RemedyKind says what a remedy achieves.
type RemedyKind string

// The kinds of remedy.
const (
	Workaround RemedyKind = "workaround" // eases the effect
	Fix        RemedyKind = "fix"        // removes the cause
	Escalation RemedyKind = "escalation" // whom to hand it to, with what
)

// A Reference is where a fact of the entry is written.
type Reference struct {
	Title string `yaml:"title" json:"title"`
	URL   string `yaml:"url" json:"url"`
	Read  string `yaml:"read" json:"read"` // date, 2006-01-02
}

// Examples are the proof of the signatures.
type Examples struct {
	Match []string `yaml:"match" json:"match"` // at least 3 texts, no two alike
	Miss  []Miss   `yaml:"miss" json:"miss"`   // at least 2
}

// A Miss is a text that must not be taken for the failure mode.
type Miss struct {
	Text string `yaml:"text" json:"text"`
	Is   string `yaml:"is" json:"is"` // the id it belongs to, or "none"
}
