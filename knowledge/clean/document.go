// Package clean turns a paste back into the text that was logged or typed: it
// undoes what chat programs, viewers, mail and terminals did to it, finds the
// logical lines and records, and adds decoded views (JSON in JSON, URL
// encoding, entities, wrapped lines joined) beside them. Every byte of its
// result maps back to a span of the original line.
//
// [Read] makes text of bytes, [Clean] makes a [Document] of text. Both take
// time linear in their input and never panic.
package clean

import (
	"sort"
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
	Quoted      uint8 // how many levels of quote marks ("> ") stood before the (first) line
	Code        bool  // whether the (first) line stood inside a code fence
}

// A Span is a place in the paste as it was given.
type Span struct {
	Line       int // from 1
	Start, End int // byte offsets in that original line, half-open, UTF-8
}

// A Record is one log entry with the lines that belong to it (a stack trace
// under its header, the second half of a message), or a block of text without
// any log prefix. A record never exceeds 200 plain rows or 64 KiB, unless a
// single row is longer; what is longer is cut into several.
type Record struct {
	First, Last int       // plain rows, Last inclusive
	Message     int       // offset in Buf where the header line's message begins
	Logged      bool      // whether the first line carries a log prefix
	Format      string    // which prefix: "atlassian", "tomcat", "journald", … or ""
	Time        time.Time // zero when the record has none
	ZoneKnown   bool      // whether the text stated the time's zone; if not, Time is as if UTC
	YearKnown   bool      // whether the text stated the year; if not, Time is in year 0
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
// whole. m is 0 for bytes that stand nowhere in Source.
type segment struct{ at, n, src, m int32 }

// RowText returns the text of row i, without its line end.
func (d *Document) RowText(i int) string {
	r := &d.Rows[i]
	return d.Text[r.Start:r.End]
}

// RowAt returns the index of the row that the byte at offset of Buf belongs
// to (its line end included), or -1 when offset is outside Buf.
func (d *Document) RowAt(offset int) int {
	if offset < 0 || offset >= len(d.Buf) {
		return -1
	}
	return sort.Search(len(d.Rows), func(i int) bool { return d.Rows[i].End >= offset })
}

// Spans returns where the bytes [start, end) of Buf stand in the paste, in the
// order of Buf, one span for each original line that they touch; spans of one
// line that meet or overlap are one. Line ends belong to no span. It is
// empty when the range is empty or holds only what cleaning inserted. Offsets
// outside Buf are clipped.
func (d *Document) Spans(start, end int) []Span {
	start, end = max(start, 0), min(end, len(d.Buf))
	if start >= end {
		return nil
	}
	var spans []Span
	i := sort.Search(len(d.segments), func(i int) bool {
		return int(d.segments[i].at)+int(d.segments[i].n) > start
	})
	for ; i < len(d.segments) && int(d.segments[i].at) < end; i++ {
		from, to := d.segments[i].clip(start, end)
		spans = d.addSource(spans, from, to)
	}
	return spans
}

// clip returns the part of Source that [start, end) of the buffer came from,
// as far as s tells.
func (s segment) clip(start, end int) (from, to int) {
	from, to = int(s.src), int(s.src)+int(s.m)
	if s.n == s.m {
		from += max(0, start-int(s.at))
		to -= max(0, int(s.at)+int(s.n)-end)
	}
	return from, to
}

// addSource adds Source[from:to), line by line, to spans.
func (d *Document) addSource(spans []Span, from, to int) []Span {
	line := d.lineAt(from)
	for ; from < to; line++ {
		begin, next := d.lines[line], len(d.Source)
		if line+1 < len(d.lines) {
			next = d.lines[line+1]
		}
		stop := next
		if stop > begin && d.Source[stop-1] == '\n' {
			stop--
		}
		for stop > begin && d.Source[stop-1] == '\r' {
			stop--
		}
		if upTo := min(to, stop); from < upTo {
			spans = addSpan(spans, Span{Line: line + 1, Start: from - begin, End: upTo - begin})
		}
		from = next
	}
	return spans
}

func addSpan(spans []Span, s Span) []Span {
	if n := len(spans); n > 0 {
		last := &spans[n-1]
		if last.Line == s.Line && s.Start <= last.End && last.Start <= s.End {
			last.Start, last.End = min(last.Start, s.Start), max(last.End, s.End)
			return spans
		}
	}
	return append(spans, s)
}

// lineAt returns the index of the original line that holds offset.
func (d *Document) lineAt(offset int) int {
	return sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > offset }) - 1
}

// String returns the view's name.
func (v View) String() string {
	switch v {
	case Joined:
		return "joined"
	case Decoded:
		return "decoded"
	}
	return "plain"
}
