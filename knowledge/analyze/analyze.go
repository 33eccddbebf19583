// Package analyze decodes the artefacts of authentication that a paste holds
// (OAuth parameters, tokens, JWTs, certificates, HTTP exchanges, clocks) into
// facts, which signatures, questions and parameters use, and findings, which
// tell a person what the artefacts say by themselves.
package analyze

import (
	"time"

	"authfix/knowledge/clean"
)

// A Row is one line of a record: a logical line or a decoded view of some.
type Row struct {
	Text  string
	Start int // offset of Text in the document's Buf
	First int // index of the (first) logical line it shows
	View  clean.View
}

// A Record is what an [Analyzer] reads: one log entry or block of text, with
// its plain lines first and their decoded views after them.
type Record struct {
	clean.Record
	Rows []Row
}

// A Fact is a typed value read out of a paste. Its name is one of [Vocabulary].
type Fact struct {
	Name       string
	Value      string // canonical: lower case for enumerations, decimal for numbers, RFC 3339 UTC for times
	Start, End int    // where it was read, as offsets in the document's Buf; both -1 when derived
}

// A Finding is what an analyzer established by itself, as one sentence for a
// person. Text never holds a secret or a token.
type Finding struct {
	Analyzer   string
	Text       string
	Data       map[string]string // the figures behind Text; keys in snake_case
	Start, End int               // as in Fact
}

// An Analyzer decodes one kind of thing. Run sees one record in which at least
// one of the Keywords stands (ASCII case folded) and returns what it holds; it
// keeps no state, is safe for concurrent use and never panics. Conclude, where
// set, runs once after all records and combines facts that different records
// (or analyzers) gave.
type Analyzer struct {
	Name, Doc string
	Keywords  []string // at least 3 bytes each; the longer the cheaper
	Run       func(rec Record, now time.Time) ([]Fact, []Finding)
	Conclude  func(facts []Fact, now time.Time) ([]Fact, []Finding)
}

// Max is how many facts and findings one analyzer may keep of one record.
const Max = 64
