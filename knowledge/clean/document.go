// Package clean turns a paste back into the text that was logged or typed: it
// undoes what chat programs, viewers, mail and terminals did to it, finds the
// logical lines and records, and adds decoded views (JSON in JSON, URL
// encoding, entities, wrapped lines joined) beside them. Every byte of its
// result maps back to a span of the original line.
package clean

import (
	"time"
)

// A View says what a [Row] shows of its logical lines.
type View uint8

// The views. Plain rows are the logical lines themselves, in order; all other
// rows are extra readings of one or several plain rows and never replace them.
const (
	Plain   View = iota // a logical line, damage undone
	Joined              // consecutive lines joined where a token or a sentence was wrapped
	Decoded             // escapes, JSON strings, URL encoding or entities undone
)

// A Row is one line of a [Document]'s buffer.
type Row struct {
	Start, End  int // the row's text is Buf[Start:End]; the byte at End is '\n'
	First, Last int // the logical lines it shows: indexes of plain rows, Last inclusive
	Record      int // index in Records
	View        View
}

// A Span is a place in the paste as it was given.
type Span struct {
	Line       int // from 1
	Start, End int // byte offsets in that original line, half-open, UTF-8
}

// A Record is one log entry with the lines that belong to it (a stack trace
// under its header, the second half of a message), or a block of text without
// any log prefix. A record never exceeds 200 plain rows or 64 KiB; what is
// longer is cut into several.
type Record struct {
	First, Last int       // plain rows, Last inclusive
	Message     int       // offset in Buf where the header line's message begins
	Logged      bool      // whether the first line carries a log prefix
	Format      string    // which prefix: "atlassian", "tomcat", "journald", … or ""
	Time        time.Time // zero when the record has none
	ZoneKnown   bool      // whether the text stated the time's zone; if not, Time is as if UTC
	Level       string    // upper case: TRACE DEBUG INFO WARN ERROR FATAL, or ""
	Logger      string
	Thread      string
}

// A Document is a cleaned paste. It is immutable once returned.
type Document struct {
	Source  string   // the paste as read: UTF-8, original line ends
	Buf     []byte   // all rows, each ended by '\n': plain rows first, in order, then the views
	Text    string   // the same bytes as Buf
	Rows    []Row    // in the order of Buf
	Plain   int      // how many of Rows are plain
	Records []Record // in order; every plain row belongs to exactly one
	Notes   []string // what was cut or could not be read, for the person; no paste text

	segments []segment // ordered by at; covers Buf
	lines    []int     // offsets in Source at which original lines begin
}

// A segment says that n bytes of Buf from at came from the m bytes of Source
// from src. Equal lengths map byte for byte; otherwise the whole maps to the
// whole.
type segment struct{ at, n, src, m int32 }
